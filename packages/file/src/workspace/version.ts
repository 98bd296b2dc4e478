/** Version tags: they change when the content changes, and not when a file is merely touched. */
import { hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import { brief, quote } from './names.ts';

/** Up to this size the content decides; above it size, time and inode do. */
const hashedBytes = 1024 * 1024;

/** The tag of a file whose content is at hand. */
export function versionOf(stats: BigIntStats, content: Uint8Array): string {
  return content.length <= hashedBytes ? tag(content) : coarseTag(stats);
}

/** The tag of an open file. */
export async function readVersion(file: FileHandle): Promise<string> {
  const stats = await file.stat({ bigint: true });
  if (stats.size > hashedBytes) return coarseTag(stats);
  const buffer = Buffer.allocUnsafe(Number(stats.size));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return tag(buffer.subarray(0, bytesRead));
}

/** @throws ToolError ABORTED with the current tag when it is not the expected one */
export function assertVersion(path: string, expected: string | undefined, current: string | undefined): void {
  if (expected === undefined || expected === current) return;
  const now = current === undefined ? 'it does not exist' : `it is now ${current}`;
  throw new ToolError('ABORTED', `${quote(path)} is not at version ${brief(expected)}: ${now}.`, {
    advice: 'Read it again, then repeat the change on what it holds now.',
    ...(current !== undefined && { data: { version: current } }),
  });
}

function coarseTag({ size, mtimeNs, ino }: BigIntStats): string {
  return tag(`${size} ${mtimeNs} ${ino}`);
}

function tag(content: Uint8Array | string): string {
  return hash('sha256', content, 'base64url').slice(0, 12);
}
