/** Checkpoints of the workspace: make one, compare, go back. */
import { chmodSync, lstatSync, mkdirSync, rmdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { fromErrno, hasErrno } from '../confine/errors.ts';
import { toPath } from '../confine/name-bytes.ts';
import { diffTexts } from '../edit/diff.ts';
import { detect } from '../text/encoding.ts';
import type { LeftOut } from '../workspace/left-out.ts';
import { makeMissing, replaceFile } from '../workspace/replace.ts';
import { isFound, type Workspace } from '../workspace/workspace.ts';
import { type Change, type CheckpointInfo, compare, type Manifest, type ManifestEntry, stampOf } from './manifest.ts';
import { takeStock } from './snapshot.ts';
import { Store } from './store.ts';
import { Held } from '../confine/held.ts';

/** A change with its diff, when it is one of texts. */
export interface ShownChange extends Change {
  readonly diff?: string;
}

/** What a restore did. */
export interface Restored {
  /** Checkpoint of the state before. */
  readonly safety: string;
  readonly changes: readonly Change[];
  /** Paths left as they are, and why. */
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
}

const diffedBytes = 1024 * 1024;

/** Makes a checkpoint; gives it, what changed since the last one of the caller, and those before. */
export async function makeCheckpoint(
  workspace: Workspace,
  principal: string,
  label: string,
  signal?: AbortSignal,
): Promise<{ made: Manifest; changes: Change[]; before: CheckpointInfo[]; leftOut: LeftOut }> {
  using store = await openStore(workspace);
  const before = await store.list(principal);
  const last = before[0] && (await store.find(before[0].id, principal));
  const { entries, leftOut } = await takeStock(workspace, store, signal);
  const made = await store.save({ principal, label, time: new Date().toISOString(), entries });
  return { made, changes: compare(last?.entries ?? {}, entries), before, leftOut };
}

/** What differs between two checkpoints, or between one and now. */
export async function diffCheckpoints(
  workspace: Workspace,
  principal: string,
  options: { from: string; to?: string | undefined; path?: string | undefined; signal?: AbortSignal },
): Promise<ShownChange[]> {
  using store = await openStore(workspace);
  const from = await store.find(options.from, principal);
  const to = options.to === undefined ? await takeStock(workspace, store, options.signal) : await store.find(options.to, principal);
  const shown: ShownChange[] = [];
  for (const change of compare(from.entries, to.entries, options.path?.replace(/\/+$/, ''))) {
    const [old, now] = [await textOf(store, change.before), await textOf(store, change.after)];
    const text = old === undefined || now === undefined ? '' : (await diffTexts(change.path, old, now, options.signal)).text;
    const diff = [...modes(change), ...(text === '' ? [] : [text])].join('\n');
    shown.push({ ...change, ...(diff !== '' && { diff }) });
  }
  return shown;
}

/** Puts the workspace, or some paths of it, back to a checkpoint. What is there now is kept in a checkpoint first. */
export async function restoreCheckpoint(
  workspace: Workspace,
  principal: string,
  options: { checkpoint: string; path?: string | undefined; signal?: AbortSignal },
): Promise<Restored> {
  using store = await openStore(workspace);
  const target = await store.find(options.checkpoint, principal);
  const { entries: now } = await takeStock(workspace, store, options.signal);
  const safety = await store.save({ principal, label: `before restoring ${target.id}`, time: new Date().toISOString(), entries: now });
  const changes = compare(now, target.entries, options.path?.replace(/\/+$/, ''));
  const skipped: { path: string; why: string }[] = [];
  const done: Change[] = [];
  // What goes: deepest first, so that folders are empty. What comes: from the top.
  const going = changes.filter(({ after, before }) => !after || (before && before.kind !== after.kind)).toReversed();
  const coming = changes.filter(({ after }) => after);
  for (const change of [...going, ...coming]) {
    options.signal?.throwIfAborted();
    const isGoing = going.includes(change) && !done.includes(change) && !skipped.some(({ path }) => path === change.path);
    const work = () => (isGoing ? remove(workspace, change) : put(workspace, store, change));
    const why = await workspace.inOrder([change.path], work, { follow: false }).catch(reasonOf);
    if (why === undefined) done.push(change);
    else if (!skipped.some(({ path }) => path === change.path)) skipped.push({ path: change.path, why });
  }
  return { safety: safety.id, changes: [...new Set(done)], skipped };
}

/** The line for a mode that is different. */
function modes({ before, after }: Change): string[] {
  if (!before || !after || before.kind !== after.kind || before.kind === 'link' || before.mode === after.mode) return [];
  return [`mode 0${before.mode.toString(8)} -> 0${after.mode.toString(8)}`];
}

async function openStore(workspace: Workspace): Promise<Store> {
  const { first } = workspace.roots;
  if (first.readOnly) throw new ToolError('PERMISSION_DENIED', 'The workspace is read-only: there is nothing to undo.');
  return Store.open(first.handle);
}

/** Takes away what the checkpoint does not have; says why when it stays. */
async function remove(workspace: Workspace, { path, before }: Change): Promise<string | undefined> {
  using spot = workspace.changeable(path, { follow: false });
  if (!isFound(spot) || !before) return undefined;
  if (before.kind === 'folder') {
    try {
      rmdirSync(spot.parent.at(spot.name));
      return undefined;
    } catch (error) {
      if (hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) return 'the folder holds files that are not part of checkpoints';
      throw error;
    }
  }
  const why = changedMeanwhile(spot.parent.at(spot.name), before);
  if (why === undefined) unlinkSync(spot.parent.at(spot.name));
  return why;
}

/** Puts back what the checkpoint has. */
async function put(workspace: Workspace, store: Store, { path, before, after }: Change): Promise<string | undefined> {
  using spot = workspace.changeable(path, { follow: false });
  if (!after) return undefined;
  if (after.kind === 'file' && after.content === undefined) return 'its content was too large to be kept';
  using made = new Held();
  const folder = makeMissing(spot, made);
  const place = folder.at(spot.name);
  if (after.kind === 'folder') {
    if (!isFound(spot)) mkdirSync(place);
    chmodSync(place, after.mode);
    return undefined;
  }
  const why = isFound(spot) && before ? changedMeanwhile(place, before) : undefined;
  if (why !== undefined) return why;
  if (after.kind === 'link') {
    if (isFound(spot)) unlinkSync(place);
    symlinkSync(toPath(after.content ?? ''), place);
    return undefined;
  }
  const content = await store.get(after.content ?? '');
  await replaceFile(folder, spot.name, async (file) => {
    await file.writeFile(content);
    await file.chmod(after.mode);
  });
  return undefined;
}

/** One path that cannot be put back does not keep the others from it. */
function reasonOf(error: unknown): string {
  const known = fromErrno(error, 'it');
  if (ToolError.is(known)) return known.message;
  throw error;
}

/** Nothing is lost that the safety checkpoint does not have. */
function changedMeanwhile(place: string | Buffer, before: ManifestEntry): string | undefined {
  if (before.kind !== 'file') return undefined;
  if (before.content === undefined) return 'its present content is too large to be kept';
  return stampOf(lstatSync(place, { bigint: true })) === before.stamp ? undefined : 'it was changed while the restore ran';
}

async function textOf(store: Store, entry: ManifestEntry | undefined): Promise<string | undefined> {
  if (entry === undefined) return '';
  if (entry.kind !== 'file' || entry.content === undefined) return undefined;
  const content = await store.get(entry.content);
  const { codec } = content.length > diffedBytes ? {} : detect(content, true);
  return codec?.decode(content.subarray(codec.mark.length));
}
