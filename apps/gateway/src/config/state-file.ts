/** Small JSON files of the state folder: for this user's eyes only, replaced as a whole. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ToolError } from '@sandlot/core';
import { z } from 'zod';

/**
 * Reads one.
 *
 * @returns undefined when there is none
 * @throws ToolError FAILED_PRECONDITION when it is damaged: what it held must not be forgotten in silence
 */
export async function readStateFile<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
    throw new ToolError('FAILED_PRECONDITION', `The file "${path}" is damaged: ${reason}`, {
      cause: error,
      advice: 'Repair it, or remove it: then what it held is forgotten.',
    });
  }
}

/** Writes one: a reader sees the old content or the new, also after a crash. */
export async function writeStateFile(path: string, value: unknown): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    {
      await using file = await open(draft, 'w', 0o600);
      await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await file.sync();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
