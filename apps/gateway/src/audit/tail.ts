/** Finds where a log ended, so that its chain can go on there. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { type AuditFile, auditFile, auditFiles } from './folder.ts';
import { readLines } from './lines.ts';
import { checkpointSchema, type Genesis, genesisSchema, hashLine, parseRecord, readEnvelope, zeroHash } from './record.ts';

const windowBytes = 1024 * 1024;

/** Where a log ended. */
export interface Tail {
  /** The file to append to. */
  readonly file: AuditFile;
  /** Number of records. */
  readonly size: number;
  /** Hash of the last record. */
  readonly head: string;
  /** Name of the log; undefined for a new one. */
  readonly origin: string | undefined;
  /** The file with the last record, and whether its run ended in order. */
  readonly previous: Genesis['previous'];
  /** Last lines that were cut off when their writer died. They stay where they are; the next genesis names them. */
  readonly torn: NonNullable<Genesis['torn']>;
}

/**
 * Reads the end of a log and checks the chain there.
 *
 * @throws ToolError FAILED_PRECONDITION when the chain is broken
 */
export async function readTail(folder: string): Promise<Tail> {
  const files = await auditFiles(folder);
  const newest = files.at(-1);
  const torn: Tail['torn'] = [];
  for (const file of files.toReversed()) {
    const { bytes, isWhole } = readEnd(file.path);
    const end = bytes.lastIndexOf(10) + 1;
    const fragment = bytes.subarray(end);
    if (fragment.length > 0) torn.unshift({ file: file.name, bytes: fragment.length, sha256: hashLine(fragment) });
    if (end === 0 && !isWhole) throw broken(file.path, 'a line of more than a megabyte');
    if (end === 0) continue;
    const last = lastRecord(bytes.subarray(0, end), isWhole, file.path);
    return {
      file: nextFile(folder, newest ?? file, torn),
      size: last.seq + 1,
      head: last.hash,
      origin: originOf(file.path),
      previous: { file: file.name, size: last.seq + 1, head: last.hash, closed: last.closed },
      torn,
    };
  }
  return {
    file: newest ? nextFile(folder, newest, torn) : auditFile(folder, 1),
    size: 0,
    head: zeroHash,
    origin: undefined,
    previous: undefined,
    torn,
  };
}

/** A file that ends in a cut-off line is left as it is, for ever. */
function nextFile(folder: string, newest: AuditFile, torn: Tail['torn']): AuditFile {
  return torn.some(({ file }) => file === newest.name) ? auditFile(folder, newest.index + 1) : newest;
}

function readEnd(path: string): { bytes: Buffer; isWhole: boolean } {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, windowBytes));
    readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return { bytes, isWhole: size <= windowBytes };
  } finally {
    closeSync(fd);
  }
}

function lastRecord(bytes: Buffer, isWhole: boolean, path: string): { seq: number; hash: string; closed: boolean } {
  let last: { seq: number; hash: string; line: Buffer } | undefined;
  for (let start = isWhole ? 0 : bytes.indexOf(10) + 1; start < bytes.length;) {
    const line = bytes.subarray(start, bytes.indexOf(10, start) + 1);
    const record = readEnvelope(line);
    if (!record) throw broken(path, 'a line that is no record');
    if (last && (record.seq !== last.seq + 1 || record.prev !== last.hash)) throw broken(path, `record ${record.seq} does not follow`);
    last = { seq: record.seq, hash: hashLine(line), line };
    start += line.length;
  }
  if (!last) throw broken(path, 'no record');
  return { ...last, closed: parseRecord(last.line, checkpointSchema)?.reason === 'close' };
}

function originOf(path: string): string {
  for (const { bytes } of readLines(path)) {
    const origin = parseRecord(bytes, genesisSchema)?.origin;
    if (origin !== undefined) return origin;
    break;
  }
  throw broken(path, 'its first line is no genesis record');
}

function broken(path: string, what: string): ToolError {
  return new ToolError('FAILED_PRECONDITION', `The audit log "${path}" was changed: ${what}.`, {
    advice: 'Look with "sandlot audit verify", keep the folder as evidence under another name, and start again.',
  });
}
