/** Reads archives entry by entry, as streams. */
import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ToolError } from '@sandlot/core';
import { fileBytes } from './file-bytes.ts';
import type { Format } from './format.ts';
import type { Budget } from './limits.ts';

/** One entry of an archive, as it says of itself. */
export interface ArchiveEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'special';
  readonly mode: number;
}

/** Gets each entry and its content; the stream is read to its end afterwards. */
export type Visit = (entry: ArchiveEntry, content: AsyncIterable<Buffer>) => Promise<void>;

/** Reads all entries. @throws ToolError when the archive is damaged or over a limit */
export async function readArchive(file: FileHandle, format: Format, budget: Budget, visit: Visit, signal?: AbortSignal): Promise<void> {
  try {
    await (format === 'zip' ? readZip(file, budget, visit, signal) : readTar(file, format, budget, visit, signal));
  } catch (error) {
    if (ToolError.is(error) || signal?.aborted || (error instanceof Error && 'syscall' in error)) throw error;
    throw new ToolError('FAILED_PRECONDITION', `The archive is damaged: ${error instanceof Error ? error.message : String(error)}.`, {
      advice: 'It is cut off or broken: get or make it again, and compare its size.',
      cause: error,
    });
  }
}

async function* counted(stream: AsyncIterable<Buffer>, budget: Budget, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    budget.addBytes(chunk.length);
    yield chunk;
  }
}

async function readZip(file: FileHandle, budget: Budget, visit: Visit, signal?: AbortSignal): Promise<void> {
  const { fromFdPromise } = await import('yauzl');
  // Never closed here: closing it would close the file, which belongs to the caller. Names are judged by the visitor.
  const zip = await fromFdPromise(file.fd, { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: true });
  for await (const entry of zip.eachEntry()) {
    signal?.throwIfAborted();
    budget.addEntry();
    const mode = entry.externalFileAttributes >>> 16;
    const name = entry.fileNameRaw.toString(isUtf8(entry.fileNameRaw) ? 'utf8' : 'latin1');
    const described = { name, kind: zipKind(name, mode), mode: mode & 0o777 };
    if (described.kind !== 'file') await visit(described, empty());
    else await visitWhole(described, await zip.openReadStreamPromise(entry), budget, visit, signal);
  }
}

function zipKind(name: string, mode: number): ArchiveEntry['kind'] {
  const type = mode & 0o170000;
  if (type === 0o120000) return 'link';
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return 'special';
  return name.endsWith('/') ? 'folder' : 'file';
}

async function readTar(file: FileHandle, format: Format, budget: Budget, visit: Visit, signal?: AbortSignal): Promise<void> {
  const { extract } = await import('tar-stream');
  const parser = extract();
  const source = fileBytes(file, (await file.stat()).size, signal);
  const fed = format === 'tar.gz' ? pipeline(source, createGunzip(), parser) : pipeline(source, parser);
  // The error reaches the loop below, too.
  fed.catch(() => undefined);
  for await (const entry of parser) {
    budget.addEntry();
    const { name, type, mode } = entry.header;
    await visitWhole({ name, kind: tarKind(type), mode: (mode ?? 0o644) & 0o777 }, buffers(entry), budget, visit, signal);
  }
  await fed;
}

async function* buffers(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) yield chunk;
}

function tarKind(type: string | null | undefined): ArchiveEntry['kind'] {
  if (type === 'file' || type === 'contiguous-file') return 'file';
  if (type === 'directory') return 'folder';
  return type === 'symlink' || type === 'link' ? 'link' : 'special';
}

/** What the visitor does not read is read here, so that it counts and the next entry comes. */
async function visitWhole(
  entry: ArchiveEntry,
  stream: AsyncIterable<Buffer>,
  budget: Budget,
  visit: Visit,
  signal: AbortSignal | undefined,
): Promise<void> {
  const content = counted(stream, budget, signal);
  await visit(entry, { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) });
  while (!(await content.next()).done);
}

async function* empty(): AsyncGenerator<Buffer> {}
