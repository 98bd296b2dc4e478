/** What goes into an archive, file by file, read through held folders. */
import { constants } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { type Handle, kindOf } from '../confine/handle.ts';
import { isRaw } from '../confine/name-bytes.ts';
import { IgnoreRules } from '../search/ignore-rules.ts';
import { enterFolder, readFolder } from '../search/tree.ts';
import type { LeftOut } from '../workspace/left-out.ts';
import type { Found, Workspace } from '../workspace/workspace.ts';
import { fileBytes } from './file-bytes.ts';

/** A file, or an empty folder. */
export interface PackItem {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: Date;
  /** Exactly `size` bytes; missing for a folder. */
  readonly content: AsyncIterable<Buffer> | undefined;
}

/** Options of {@link packItems}. */
export interface PackItemOptions {
  readonly ignored: boolean;
  /** Inode that is left out: the archive itself. */
  readonly skip: bigint | undefined;
  /** Told what is left out. */
  readonly leftOut: LeftOut;
  readonly signal?: AbortSignal | undefined;
}

/** One file, or what is in a folder. Links, special files and names that are not valid UTF-8 are left out, and told. */
export async function* packItems(workspace: Workspace, source: Found, options: PackItemOptions): AsyncGenerator<PackItem> {
  let entries = 0;
  const items = source.target.stats.isDirectory()
    ? folderItems(source.target, '', options.ignored ? undefined : IgnoreRules.at(workspace, source.shown), options)
    : fileItem(source.target, source.name, options);
  for await (const item of items) {
    if (++entries > workspace.limits.archiveEntries)
      throw new ToolError('PAYLOAD_TOO_LARGE', `There are more than ${workspace.limits.archiveEntries} files to pack.`);
    yield item;
  }
}

async function* folderItems(
  folder: Handle,
  prefix: string,
  rules: IgnoreRules | undefined,
  options: PackItemOptions,
): AsyncGenerator<PackItem> {
  options.signal?.throwIfAborted();
  const { entries } = await readFolder(folder, { rules, hidden: true });
  if (entries.length === 0 && prefix !== '') yield { name: prefix, size: 0, mode: 0o755, mtime: folder.stats.mtime, content: undefined };
  for (const { name, isFolder, isLink } of entries) {
    if (isLink || isRaw(name)) {
      options.leftOut.add(prefix + name, isLink ? 'link' : 'name not valid UTF-8');
      continue;
    }
    using child = isFolder ? enterFolder(folder, name) : folder.child(name);
    if (!child) options.leftOut.add(prefix + name, 'cannot be entered');
    if (!child || child.stats.ino === options.skip) continue;
    if (child.stats.isDirectory()) yield* folderItems(child, `${prefix}${name}/`, rules?.enter(child, name), options);
    else if (child.stats.isFile()) yield* fileItem(child, prefix + name, options);
    else options.leftOut.add(prefix + name, kindOf(child.stats));
  }
}

async function* fileItem(handle: Handle, name: string, { signal }: PackItemOptions): AsyncGenerator<PackItem> {
  await using file = await handle.open(constants.O_RDONLY);
  const { size, mode, mtime } = await file.stat();
  yield { name, size, mode: mode & 0o777, mtime, content: fileBytes(file, size, signal) };
}
