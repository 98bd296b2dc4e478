/** An open file as a source of bytes: small ones from memory, large ones by position. */
import type { FileHandle } from 'node:fs/promises';
import { meter } from '@sandlot/core/telemetry';
import type { Source } from '../text/line-index.ts';

/** Files up to this size are read whole, once. */
export const wholeBytes = 1024 * 1024;

/** A file that is at hand whole. */
export function sourceOfBytes(whole: Buffer): Source & { readonly whole: Buffer } {
  return { size: whole.length, whole, read: (position, length) => Promise.resolve(whole.subarray(position, position + length)) };
}

/** Makes the source of a file. Its size is that of this moment: a file that grows meanwhile is cut there. */
export async function sourceOf(file: FileHandle): Promise<Source & { readonly whole: Buffer | undefined }> {
  const { size } = await file.stat();
  // Files such as those of /proc say 0 and hold something all the same.
  const whole = size <= wholeBytes ? await readUpTo(file, size === 0 ? wholeBytes : size) : undefined;
  if (whole) return sourceOfBytes(whole);
  return {
    size,
    whole,
    read: async (position, length) => {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      meter.add('sandlot.fs.io', filled, { direction: 'read' });
      return buffer.subarray(0, filled);
    },
  };
}

async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(most);
  let filled = 0;
  while (filled < most) {
    const { bytesRead } = await file.read(buffer, filled, most - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  meter.add('sandlot.fs.io', filled, { direction: 'read' });
  return buffer.subarray(0, filled);
}

/** Copies all bytes of one open file to another. */
export async function copyBytes(from: FileHandle, to: FileHandle, signal?: AbortSignal): Promise<void> {
  const buffer = Buffer.allocUnsafe(wholeBytes);
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await from.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    await to.writeFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
