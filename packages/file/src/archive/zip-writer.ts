/** Writes zip archives as a stream (APPNOTE 6.3.9: deflate, UTF-8 names, sizes after the data). */
import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { ToolError } from '@sandlot/core';
import type { PackItem } from './pack-items.ts';

const most32 = 0xffffffff;
const mostEntries = 0xffff;
/** Bit 3: sizes follow the data; bit 11: the name is UTF-8. */
const flags = 0x0808;
const version = 20;
const madeByUnix = (3 << 8) | version;

interface Written {
  readonly name: Buffer;
  readonly mode: number;
  readonly time: number;
  readonly offset: number;
  readonly method: number;
  crc: number;
  packed: number;
  size: number;
}

/** The bytes of a zip. Without zip64: up to 4 GiB and 65,535 entries. */
export async function* zipBytes(items: AsyncIterable<PackItem>): AsyncGenerator<Buffer> {
  const entries: Written[] = [];
  let offset = 0;
  const count = (bytes: Buffer): Buffer => {
    offset += bytes.length;
    if (offset > most32) throw new ToolError('PAYLOAD_TOO_LARGE', 'The zip would be larger than 4 GiB.', { advice: 'Use .tar.gz.' });
    return bytes;
  };
  for await (const { name, mode, mtime, content } of items) {
    if (entries.length >= mostEntries)
      throw new ToolError('PAYLOAD_TOO_LARGE', `A zip takes at most ${mostEntries} entries.`, { advice: 'Use .tar.gz.' });
    const type = content ? 0o100000 : 0o040000;
    const entry = {
      name: Buffer.from(name),
      mode: mode | type,
      time: dosTime(mtime),
      offset,
      method: content ? 8 : 0,
      crc: 0,
      packed: 0,
      size: 0,
    };
    entries.push(entry);
    yield count(header(entry));
    if (!content) continue;
    for await (const chunk of deflated(measured(content, entry))) {
      entry.packed += chunk.length;
      yield count(chunk);
    }
    yield count(words([0x08074b50, 4], [entry.crc, 4], [entry.packed, 4], [entry.size, 4]));
  }
  const directory = Buffer.concat(entries.map(directoryEntry));
  yield directory;
  yield words([0x06054b50, 4], [0, 4], [entries.length, 2], [entries.length, 2], [directory.length, 4], [offset, 4], [0, 2]);
}

async function* measured(content: AsyncIterable<Buffer>, entry: Written): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    entry.crc = crc32(chunk, entry.crc);
    entry.size += chunk.length;
    if (entry.size > most32)
      throw new ToolError('PAYLOAD_TOO_LARGE', 'A file of a zip may have at most 4 GiB.', { advice: 'Use .tar.gz.' });
    yield chunk;
  }
}

async function* deflated(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw();
  // An error of the source ends the loop with it.
  pipeline(Readable.from(source), deflate, () => undefined);
  for await (const chunk of deflate) if (Buffer.isBuffer(chunk)) yield chunk;
}

function header({ name, time, method }: Written): Buffer {
  const delayed = method === 8 ? flags : flags & ~8;
  return Buffer.concat([
    words([0x04034b50, 4], [version, 2], [delayed, 2], [method, 2], [time, 4], [0, 4], [0, 4], [0, 4], [name.length, 2], [0, 2]),
    name,
  ]);
}

function directoryEntry({ name, mode, time, offset, method, crc, packed, size }: Written): Buffer {
  const delayed = method === 8 ? flags : flags & ~8;
  return Buffer.concat([
    words([0x02014b50, 4], [madeByUnix, 2], [version, 2], [delayed, 2], [method, 2], [time, 4], [crc, 4], [packed, 4], [size, 4]),
    words([name.length, 2], [0, 2], [0, 2], [0, 2], [0, 2], [mode * 0x10000, 4], [offset, 4]),
    name,
  ]);
}

/** Little-endian numbers of 2 or 4 bytes. */
function words(...numbers: readonly (readonly [number, 2 | 4])[]): Buffer {
  return Buffer.concat(
    numbers.map(([value, bytes]) => {
      const word = Buffer.alloc(bytes);
      word.writeUIntLE(value, 0, bytes);
      return word;
    }),
  );
}

/** Time and date of MS-DOS, from 1980. */
function dosTime(date: Date): number {
  const year = Math.max(0, date.getUTCFullYear() - 1980);
  const day = (year << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  return day * 0x10000 + time;
}
