/**
 * The files of the logs. A folder holds one log per process that writes at the same time (`1/`, `2/`, …); a log is the files
 * `audit-000001.jsonl`, `audit-000002.jsonl`, … of which only the last one grows.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { takeLock } from './lock.ts';

const filePattern = /^audit-(\d{6,})\.jsonl$/;
const mostWriters = 64;

/** A file of a log. */
export interface AuditFile {
  readonly index: number;
  readonly name: string;
  readonly path: string;
}

/** The file with this number. */
export function auditFile(folder: string, index: number): AuditFile {
  const name = `audit-${String(index).padStart(6, '0')}.jsonl`;
  return { index, name, path: join(folder, name) };
}

/** The files of a log, oldest first. */
export async function auditFiles(folder: string): Promise<AuditFile[]> {
  const indices = (await readdir(folder)).map((name) => Number(filePattern.exec(name)?.[1] ?? 0)).filter((index) => index > 0);
  return indices.toSorted((a, b) => a - b).map((index) => auditFile(folder, index));
}

/**
 * Finds the logs that a path of the command line means.
 *
 * @returns lists of files, one per log; undefined when there is nothing
 */
export async function findLogs(path: string): Promise<{ folder: string; files: string[] }[] | undefined> {
  if (!existsSync(path)) return undefined;
  if (!(await stat(path)).isDirectory()) return [{ folder: '', files: [path] }];
  const folders = [
    path,
    ...(await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name)),
  ];
  const logs = await Promise.all(
    folders.toSorted().map(async (folder) => ({ folder, files: (await auditFiles(folder)).map((file) => file.path) })),
  );
  const found = logs.filter(({ files }) => files.length > 0);
  return found.length > 0 ? found : undefined;
}

/** Takes the first log that no other process writes. */
export async function takeLog(folder: string): Promise<{ folder: string; lock: AsyncDisposable }> {
  for (let number = 1; number <= mostWriters; number++) {
    const log = join(folder, String(number));
    await mkdir(log, { recursive: true, mode: 0o700 });
    const lock = await takeLock(join(log, 'lock'));
    if (lock) return { folder: log, lock };
  }
  throw new ToolError('RESOURCE_EXHAUSTED', `${mostWriters} processes write audit logs in "${folder}" already.`);
}
