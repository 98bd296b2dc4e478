/** Reads TAR files: names and contents of regular files, with long names of both dialects. */
import { ConvertError } from '../errors.ts';

const block = 512;

/** A regular file of the archive. */
export interface TarMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Lists the files. Contents are views into the archive. */
export function readTar(bytes: Uint8Array, mostEntries: number): TarMember[] {
  const members: TarMember[] = [];
  let longName: string | undefined;
  for (let at = 0; at + block <= bytes.length;) {
    const header = bytes.subarray(at, at + block);
    const name = text(header, 0, 100);
    if (name === '' && header.every((byte) => byte === 0)) break;
    const size = sizeOf(header);
    const content = bytes.subarray(at + block, at + block + size);
    const type = String.fromCodePoint(header[156] ?? 0);
    at += block + Math.ceil(size / block) * block;
    if (type === 'L') longName = text(content, 0, content.length);
    else if (type === 'x') longName = /^\d+ path=(.*)$/m.exec(text(content, 0, content.length))?.[1] ?? longName;
    else {
      const prefix = text(header, 345, 155);
      if (type === '0' || type === '\0' || type === '7')
        members.push({ name: longName ?? (prefix ? `${prefix}/${name}` : name), bytes: content });
      longName = undefined;
    }
    if (members.length > mostEntries) throw new ConvertError('limit', `The archive has more than ${mostEntries} entries (limit entries).`);
  }
  return members;
}

function text(bytes: Uint8Array, from: number, length: number): string {
  const part = bytes.subarray(from, from + length);
  const end = part.indexOf(0);
  return new TextDecoder().decode(end === -1 ? part : part.subarray(0, end));
}

function sizeOf(header: Uint8Array): number {
  // Large sizes are binary, marked by the first bit.
  if (((header[124] ?? 0) & 0x80) !== 0) return header.subarray(128, 136).reduce((sum, byte) => sum * 256 + byte, 0);
  const size = Number.parseInt(text(header, 124, 12).trim(), 8);
  if (Number.isNaN(size)) throw new ConvertError('malformed', 'The TAR archive is broken.');
  return size;
}
