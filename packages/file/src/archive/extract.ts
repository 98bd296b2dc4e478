/** Unpacks an archive into a folder. Entries that could do harm are refused, each by its name. */
import { constants, mkdirSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { fromErrno, hasErrno } from '../confine/errors.ts';
import { assertWritable, makeMissing, replaceFile } from '../workspace/replace.ts';
import { isFound, type Workspace } from '../workspace/workspace.ts';
import { formatOfContent } from './format.ts';
import { Budget } from './limits.ts';
import { type ArchiveEntry, readArchive, type Visit } from './read.ts';
import { Held } from '../confine/held.ts';

/** What to unpack. */
export interface ExtractOptions {
  readonly archive: string;
  readonly destination: string;
  readonly overwrite: boolean;
  /** Only tell what is in it. */
  readonly list: boolean;
  readonly signal?: AbortSignal;
}

/** What was unpacked. */
export interface ExtractResult {
  readonly entries: readonly { readonly name: string; readonly bytes: number }[];
  readonly bytes: number;
  readonly refused: readonly { readonly name: string; readonly why: string }[];
}

/** Unpacks. The whole archive is read once before anything is written: a bomb or a damaged one leaves nothing behind. */
export async function extractArchive(workspace: Workspace, options: ExtractOptions): Promise<ExtractResult> {
  using found = workspace.existing(options.archive);
  await using file = await found.target.open(constants.O_RDONLY);
  const head = Buffer.alloc(512);
  await file.read(head, 0, head.length, 0);
  const format = formatOfContent(options.archive, head);
  const { size } = await file.stat();
  const pass = (visit: Visit) => readArchive(file, format, new Budget(size, workspace.limits), visit, options.signal);

  const names = new Names();
  const entries: { name: string; bytes: number }[] = [];
  const refused: { name: string; why: string }[] = [];
  const plan: boolean[] = [];
  await pass(async (entry, content) => {
    const why = names.refuse(entry) ?? (options.list ? undefined : taken(workspace, options, entry));
    plan.push(why === undefined);
    if (why !== undefined) return void refused.push({ name: entry.name, why });
    let bytes = 0;
    for await (const chunk of content) bytes += chunk.length;
    entries.push({ name: entry.name, bytes });
  });
  const result = { entries, refused, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
  if (options.list) return result;
  let index = 0;
  await pass(async (entry, content) => {
    if (plan[index++] !== true) return;
    const path = `${options.destination}/${entry.name}`;
    try {
      await workspace.inOrder([path], () => put(workspace, path, entry, content));
    } catch (error) {
      throw fromErrno(error, path);
    }
  });
  return result;
}

/** Names that were seen, and what is wrong with one. */
class Names {
  readonly #seen = new Set<string>();

  refuse({ name, kind }: ArchiveEntry): string | undefined {
    if (kind === 'link') return 'it is a link';
    if (kind === 'special') return 'it is a device, FIFO or other special file';
    if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'its name is absolute';
    if (name.includes('\\') || name.includes('\0')) return 'its name holds a backslash or NUL';
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) return 'its name leads out';
    if (parts.length === 0) return kind === 'folder' ? undefined : 'it has no name';
    // On a file system that ignores case, the second of two such names would replace the first.
    const key = parts.join('/').normalize('NFC').toLowerCase();
    if (kind === 'folder') return undefined;
    if (this.#seen.has(key)) return 'its name comes twice, or differs from another in case only';
    this.#seen.add(key);
    return undefined;
  }
}

function taken(workspace: Workspace, { destination, overwrite }: ExtractOptions, { name, kind }: ArchiveEntry): string | undefined {
  try {
    using spot = workspace.changeable(`${destination}/${name.replace(/\/+$/, '')}`);
    if (kind === 'folder') return isFound(spot) && !spot.target.stats.isDirectory() ? 'a file is in its place' : undefined;
    assertWritable(spot);
    return isFound(spot) && !overwrite ? 'a file of this name exists; set overwrite' : undefined;
  } catch (error) {
    if (ToolError.is(error) && kind === 'folder' && name.replaceAll(/[./]/g, '') === '') return undefined;
    if (ToolError.is(error)) return error.message;
    throw error;
  }
}

async function put(workspace: Workspace, path: string, { kind, mode }: ArchiveEntry, content: AsyncIterable<Buffer>): Promise<void> {
  using place = workspace.spot(path);
  if (kind === 'folder' && isFound(place)) return;
  using spot = workspace.changeable(path);
  using made = new Held();
  const folder = makeMissing(spot, made);
  if (kind === 'folder') {
    try {
      mkdirSync(folder.at(spot.name));
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
    return;
  }
  await replaceFile(folder, spot.name, async (file) => {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.chmod(mode === 0 ? 0o644 : mode | 0o600);
  });
}
