/** Applies a patch to several files: all of it or nothing. */
import { constants, unlinkSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { applySplices } from '../edit/splice.ts';
import { codecFor } from '../workspace/edit.ts';
import { assertWritable, makeMissing, replaceFile } from '../workspace/replace.ts';
import { versionOf } from '../workspace/version.ts';
import { isFound, type Workspace } from '../workspace/workspace.ts';
import { type FilePatch, parsePatch } from './parse.ts';
import { planHunks } from './plan.ts';
import { Held } from '../confine/held.ts';
import { quote } from '../workspace/names.ts';

/** What a patch does to one file. */
export interface PatchedFile {
  readonly action: 'added' | 'updated' | 'deleted' | 'moved';
  readonly path: string;
  readonly moveTo?: string;
  readonly hunks: number;
  readonly fuzz: number;
  readonly version?: string;
}

/** One step, ready to be done: content for a path, or nothing to delete it. */
interface Step {
  readonly path: string;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

/** Applies a patch, or with `dryRun` only finds out whether it fits. */
export async function applyPatch(
  workspace: Workspace,
  patch: string,
  options: { dryRun: boolean; signal?: AbortSignal },
): Promise<PatchedFile[]> {
  const files = parsePatch(patch);
  const paths = files.flatMap(({ path, moveTo }) => (moveTo === undefined ? [path] : [path, moveTo]));
  return workspace.inOrder(paths, async () => {
    const steps: Step[] = [];
    const results: PatchedFile[] = [];
    for (const file of files) results.push(await planFile(workspace, file, steps));
    options.signal?.throwIfAborted();
    return options.dryRun ? results : await carryOut(workspace, steps, results);
  });
}

async function planFile(workspace: Workspace, file: FilePatch, steps: Step[]): Promise<PatchedFile> {
  const { path, moveTo, hunks } = file;
  const before = await contentOf(workspace, path, steps);
  if (file.action === 'add') {
    if (before) throw new ToolError('ALREADY_EXISTS', `${quote(path)} exists already; the patch would add it.`);
    const lines = hunks.flatMap((hunk) => hunk.lines);
    const text = lines.map((line) => line.text + (line.noNewline ? '' : '\n')).join('');
    steps.push({ path, before, after: Buffer.from(text) });
    return { action: 'added', path, hunks: hunks.length, fuzz: 0 };
  }
  if (!before) throw new ToolError('NOT_FOUND', `${quote(path)} does not exist; the patch would ${file.action} it.`);
  if (file.action === 'delete') {
    steps.push({ path, before, after: undefined });
    return { action: 'deleted', path, hunks: 0, fuzz: 0 };
  }
  const { splices, fuzz } = planHunks(before, codecFor(before, path, { path, encoding: 'auto' }), hunks, path);
  const after = applySplices(before, splices);
  if (moveTo === undefined) {
    steps.push({ path, before, after });
    return { action: 'updated', path, hunks: hunks.length, fuzz };
  }
  if (await contentOf(workspace, moveTo, steps))
    throw new ToolError('ALREADY_EXISTS', `${quote(moveTo)} exists already; the patch would move ${quote(path)} there.`);
  steps.push({ path: moveTo, before: undefined, after }, { path, before, after: undefined });
  return { action: 'moved', path, moveTo, hunks: hunks.length, fuzz };
}

/** The content of a file after the steps so far; nothing when there is no file. */
async function contentOf(workspace: Workspace, path: string, steps: readonly Step[]): Promise<Buffer | undefined> {
  const earlier = steps.findLast((step) => step.path === path);
  if (earlier) return earlier.after;
  using spot = workspace.changeable(path);
  assertWritable(spot);
  if (!isFound(spot)) return undefined;
  if (spot.target.stats.size > BigInt(workspace.limits.writeBytes))
    throw new ToolError(
      'PAYLOAD_TOO_LARGE',
      `${quote(path)} has ${spot.target.stats.size} bytes; files of up to ${workspace.limits.writeBytes} can be patched.`,
    );
  await using file = await spot.target.open(constants.O_RDONLY);
  return await file.readFile();
}

async function carryOut(workspace: Workspace, steps: readonly Step[], results: readonly PatchedFile[]): Promise<PatchedFile[]> {
  const done: Step[] = [];
  const versions = new Map<string, string>();
  try {
    for (const step of steps) {
      const version = await put(workspace, step.path, step.after);
      done.push(step);
      if (version !== undefined) versions.set(step.path, version);
    }
  } catch (error) {
    for (const step of done.toReversed()) await put(workspace, step.path, step.before);
    throw error;
  }
  return results.map((result) => {
    const version = versions.get(result.moveTo ?? result.path);
    return version === undefined ? result : { ...result, version };
  });
}

async function put(workspace: Workspace, path: string, content: Buffer | undefined): Promise<string | undefined> {
  using spot = workspace.changeable(path);
  if (content === undefined) {
    if (isFound(spot)) unlinkSync(spot.parent.at(spot.name));
    return undefined;
  }
  using made = new Held();
  let version = '';
  await replaceFile(
    makeMissing(spot, made),
    spot.name,
    async (file) => {
      await file.writeFile(content);
      version = versionOf(await file.stat({ bigint: true }), content);
    },
    { old: spot.target?.stats, mustBeNew: !spot.target },
  );
  return version;
}
