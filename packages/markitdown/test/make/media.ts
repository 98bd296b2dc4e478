/** Pictures and sound. */
import { toPng } from '../../src/convert/media/png.ts';

/** A grey picture. */
export const png = (width = 4, height = 3): Uint8Array =>
  toPng({ data: new Uint8Array(width * height).fill(128), width, height, channels: 1 });

/** Two seconds of silence with a title and an artist, as a WAVE file. */
export function wav(title: string, artist: string): Uint8Array {
  const chunk = (id: string, body: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.write(id, 0, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  };
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(8000, 4);
  format.writeUInt32LE(8000, 8);
  format.writeUInt16LE(1, 12);
  format.writeUInt16LE(8, 14);
  const facts = Buffer.concat([Buffer.from('INFO'), chunk('INAM', Buffer.from(`${title}\0`)), chunk('IART', Buffer.from(`${artist}\0`))]);
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), chunk('LIST', facts), chunk('data', Buffer.alloc(16_000, 128))]);
  return chunk('RIFF', body);
}
