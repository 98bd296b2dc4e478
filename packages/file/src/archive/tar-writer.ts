/** Writes tar archives as a stream. */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { PackItem } from './pack-items.ts';

/** The bytes of a tar. */
export async function* tarBytes(items: AsyncIterable<PackItem>): AsyncGenerator<Buffer> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const feed = async () => {
    for await (const { name, size, mode, mtime, content } of items) {
      if (content) await pipeline(Readable.from(content), tar.entry({ name, size, mode, mtime }));
      else tar.entry({ name, type: 'directory', mode, mtime });
    }
    tar.finalize();
  };
  const fed = feed();
  fed.catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  for await (const chunk of tar) if (Buffer.isBuffer(chunk)) yield chunk;
  await fed;
}
