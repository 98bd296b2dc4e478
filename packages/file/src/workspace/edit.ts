/** Edits a file by its bytes: what is not edited stays as it is. */
import { type BigIntStats, constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import { meter } from '@sandlot/core/telemetry';
import type { Handle, SmallFile } from '../confine/handle.ts';
import { type Diff, diffTexts } from '../edit/diff.ts';
import { type Edit, planEdits } from '../edit/edit.ts';
import { applySplices } from '../edit/splice.ts';
import { type Codec, codecOf, detect } from '../text/encoding.ts';
import { binaryAdvice, mediaType } from './media.ts';
import { assertWritable, replaceFile, replaceNow } from './replace.ts';
import { wholeBytes } from './source.ts';
import { assertVersion, versionOf } from './version.ts';
import { type Changeable, isFound, type Workspace } from './workspace.ts';
import type { Limits } from '../limits.ts';
import { quote } from './names.ts';

/** What to edit. */
export interface EditOptions {
  readonly path: string;
  readonly edits: readonly Edit[];
  readonly match: 'exact' | 'relaxed';
  readonly encoding: string;
  readonly dryRun: boolean;
  readonly ifVersion?: string | undefined;
  readonly signal?: AbortSignal;
}

/** What was changed. */
export interface EditResult {
  readonly replacements: number;
  readonly version: string;
  readonly diff: Diff;
}

/** Edits a file: all edits or none. */
export async function editFile(workspace: Workspace, options: EditOptions): Promise<EditResult> {
  if (options.edits.length === 0)
    throw new ToolError('INVALID_ARGUMENT', 'There are no edits.', { advice: 'Give at least one, with old_string or insert_line.' });
  return workspace.inOrder([options.path], async () => {
    using spot = workspace.changeable(options.path);
    if (!isFound(spot)) {
      throw new ToolError('NOT_FOUND', `${quote(options.path)} does not exist.`, {
        advice: 'Make it with file_write, or find it with file_glob.',
      });
    }
    assertWritable(spot);
    const { stats, content } = spot.target.readSmall(wholeBytes) ?? (await readLarge(spot.target, options.path, workspace.limits));
    const current = versionOf(stats, content);
    assertVersion(options.path, options.ifVersion, current);
    const codec = codecFor(content, spot.name, options);
    const plan = planEdits(content, codec, options.edits, options);
    const after = applySplices(content, plan.splices);
    const diff = await diffTexts(spot.shown, textOf(content, codec), textOf(after, codec), options.signal);
    if (options.dryRun) return { replacements: plan.replacements, version: current, diff };
    options.signal?.throwIfAborted();
    return { replacements: plan.replacements, version: await put(spot, after, stats), diff };
  });
}

/** The whole content passes through memory: hence the limit. */
async function readLarge(target: Handle, path: string, { editBytes }: Limits): Promise<SmallFile> {
  await using file = await target.open(constants.O_RDONLY);
  const stats = await file.stat({ bigint: true });
  if (stats.size > editBytes) {
    throw new ToolError('PAYLOAD_TOO_LARGE', `${quote(path)} has ${stats.size} bytes; files of up to ${editBytes} can be edited.`, {
      advice: 'Use a program in the shell, such as sed.',
    });
  }
  return { stats, content: await file.readFile() };
}

async function put({ parent, name }: Changeable, content: Buffer, old: BigIntStats): Promise<string> {
  meter.add('sandlot.fs.io', content.length, { direction: 'write' });
  if (content.length <= wholeBytes) return versionOf(replaceNow(parent, name, content, { old }), content);
  let version = '';
  const fill = async (made: FileHandle) => {
    await made.writeFile(content);
    version = versionOf(await made.stat({ bigint: true }), content);
  };
  await replaceFile(parent, name, fill, { old });
  return version;
}

/** The codec of a file's content. @throws ToolError when it is no text */
export function codecFor(content: Buffer, name: string, { path, encoding }: { path: string; encoding: string }): Codec {
  const detected = detect(content, true).codec;
  if (encoding !== 'auto') {
    const named = codecOf(encoding);
    const hasMark = named.mark.length > 0 && content.subarray(0, named.mark.length).equals(named.mark);
    return hasMark || named.mark.length === 0 ? named : { ...named, mark: Buffer.alloc(0) };
  }
  if (detected) return detected;
  const mime = mediaType(name, content, false);
  throw new ToolError('UNSUPPORTED', `${quote(path)} is not text: ${mime}, ${content.length} bytes.`, { advice: binaryAdvice(mime) });
}

function textOf(content: Buffer, codec: Codec): string {
  return codec.decode(content.subarray(codec.mark.length));
}
