/** Writes a whole file, makes a new one, or appends. */
import { type BigIntStats, constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import { meter } from '@sandlot/core/telemetry';
import type { Limits } from '../limits.ts';
import type { Handle } from '../confine/handle.ts';
import { type Diff, diffTexts } from '../edit/diff.ts';
import { codecOf, detect } from '../text/encoding.ts';
import { assertWritable, makeMissing, replaceFile, replaceNow, type ReplaceOptions } from './replace.ts';
import { copyBytes, wholeBytes } from './source.ts';
import { assertVersion, readVersion, versionOf } from './version.ts';
import { type Changeable, isFound, type Workspace } from './workspace.ts';
import { Held } from '../confine/held.ts';
import { quote } from './names.ts';

/** What to write. */
export interface WriteOptions {
  readonly path: string;
  readonly content: string;
  /** `base64` for bytes; else the encoding of the file. */
  readonly encoding: string;
  readonly mode: 'overwrite' | 'create' | 'append';
  readonly ifVersion?: string | undefined;
  readonly createDirs: boolean;
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface WriteResult {
  /** Bytes of the file now. */
  readonly bytes: number;
  readonly created: boolean;
  readonly version: string;
  /** Against what was there, when that was text of up to 1 MiB. */
  readonly diff?: Diff;
}

/** Up to this size a file is written at once. */
const atOnceBytes = 8 * 1024 * 1024;
/** Above this, appending writes to the file in place instead of to a copy. */
const copiedBytes = 16 * 1024 * 1024;

/** Writes to a file. */
export async function writeFile(workspace: Workspace, options: WriteOptions): Promise<WriteResult> {
  const data = toBytes(options, workspace.limits);
  return workspace.inOrder([options.path], async () => {
    using spot = workspace.changeable(options.path);
    assertWritable(spot);
    if (options.mode === 'create' && isFound(spot)) {
      throw new ToolError('ALREADY_EXISTS', `${quote(options.path)} exists already.`, { advice: 'Use mode "overwrite" to replace it.' });
    }
    if (spot.missing.length > 0 && !options.createDirs) {
      throw new ToolError('NOT_FOUND', `The folder of ${quote(options.path)} does not exist.`, {
        advice: 'Set create_dirs, or make it with file_mkdir.',
      });
    }
    options.signal?.throwIfAborted();
    if (!isFound(spot)) {
      assertVersion(options.path, options.ifVersion, undefined);
      return await createFile(spot, data, options.mode);
    }
    return await changeFile(spot, spot.target, data, options);
  });
}

async function createFile(spot: Changeable, data: Buffer, mode: WriteOptions['mode']): Promise<WriteResult> {
  using made = new Held();
  const folder = makeMissing(spot, made);
  const version = await putBytes(folder, spot.name, data, { mustBeNew: mode === 'create' });
  return { bytes: data.length, created: true, version };
}

async function changeFile(spot: Changeable, target: Handle, data: Buffer, options: WriteOptions): Promise<WriteResult> {
  const small = target.readSmall(wholeBytes);
  if (small) {
    assertVersion(options.path, options.ifVersion, versionOf(small.stats, small.content));
    if (options.mode === 'append') {
      const content = Buffer.concat([small.content, data]);
      return { bytes: content.length, created: false, version: await putBytes(spot.parent, spot.name, content, { old: small.stats }) };
    }
    const version = await putBytes(spot.parent, spot.name, data, { old: small.stats });
    const diff = await diffBytes(spot.shown, small.content, data, options.signal);
    return { bytes: data.length, created: false, version, ...(diff && { diff }) };
  }
  await using old = await target.open(constants.O_RDONLY);
  const stats = await old.stat({ bigint: true });
  if (options.ifVersion !== undefined) assertVersion(options.path, options.ifVersion, await readVersion(old));
  if (options.mode === 'append') return await appendTo(spot, target, old, stats, data);
  const before = stats.size <= wholeBytes ? await old.readFile() : undefined;
  const version = await putBytes(spot.parent, spot.name, data, { old: stats });
  const diff = before && (await diffBytes(spot.shown, before, data, options.signal));
  return { bytes: data.length, created: false, version, ...(diff && { diff }) };
}

async function appendTo(spot: Changeable, target: Handle, old: FileHandle, stats: BigIntStats, data: Buffer): Promise<WriteResult> {
  const bytes = Number(stats.size) + data.length;
  if (stats.size > copiedBytes && stats.nlink === 1n) {
    await using file = await target.open(constants.O_WRONLY | constants.O_APPEND);
    await file.writeFile(data);
    return { bytes, created: false, version: await readVersion(file) };
  }
  const version = await put(
    spot.parent,
    spot.name,
    async (file) => {
      await copyBytes(old, file);
      await file.writeFile(data);
    },
    { old: stats },
  );
  return { bytes, created: false, version };
}

/** Replaces the file; gives the version of what was put. */
async function putBytes(folder: Handle, name: string, data: Buffer, options: ReplaceOptions): Promise<string> {
  meter.add('sandlot.fs.io', data.length, { direction: 'write' });
  if (data.length <= atOnceBytes) return versionOf(replaceNow(folder, name, data, options), data);
  return put(folder, name, (file) => file.writeFile(data), options);
}

async function put(folder: Handle, name: string, fill: (file: FileHandle) => Promise<void>, options: ReplaceOptions): Promise<string> {
  let version = '';
  await replaceFile(
    folder,
    name,
    async (file) => {
      await fill(file);
      version = await readVersion(file);
    },
    options,
  );
  return version;
}

async function diffBytes(path: string, before: Buffer, after: Buffer, signal?: AbortSignal): Promise<Diff | undefined> {
  const [old, now] = [detect(before, true).codec, detect(after, true).codec];
  if (!old || !now || after.length > wholeBytes) return undefined;
  return diffTexts(path, old.decode(before.subarray(old.mark.length)), now.decode(after.subarray(now.mark.length)), signal);
}

function toBytes({ content, encoding, mode }: WriteOptions, { writeBytes }: Limits): Buffer {
  const data = encoding === 'base64' ? fromBase64(content) : fromText(content, encoding, mode);
  if (data.length <= writeBytes) return data;
  throw new ToolError('PAYLOAD_TOO_LARGE', `The content has ${data.length} bytes; at most ${writeBytes} are taken in one call.`, {
    advice: 'Write the first part, then add the others with mode "append".',
  });
}

function fromText(content: string, encoding: string, mode: WriteOptions['mode']): Buffer {
  const codec = codecOf(encoding);
  const text = codec.encode(content);
  return mode === 'append' || codec.mark.length === 0 ? text : Buffer.concat([codec.mark, text]);
}

function fromBase64(content: string): Buffer {
  const text = content.replaceAll(/\s/g, '');
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is not base64; a damaged file would be the result.
  const isWhole = bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (!isWhole) throw new ToolError('INVALID_ARGUMENT', 'The content is not valid base64.');
  return bytes;
}
