/** An open file as chunks, of exactly the length that was announced. */
import type { FileHandle } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';

const chunkBytes = 256 * 1024;

/** Reads the first `size` bytes of a file. @throws ToolError when it has become shorter */
export async function* fileBytes(file: FileHandle, size: number, signal?: AbortSignal): AsyncGenerator<Buffer> {
  for (let position = 0; position < size;) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size - position));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new ToolError('ABORTED', 'A file became shorter while it was read.');
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
