/** Reads the directory of a ZIP file: names, sizes and places, before anything is unpacked. */
import { ConvertError } from '../errors.ts';

/** One entry of a ZIP file. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly packedBytes: number;
  /** As declared; a lie is found out when it is unpacked. */
  readonly bytes: number;
  /** Where the local header stands. */
  readonly at: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const endBytes = 22;

/** Lists the entries. @throws ConvertError `malformed` when there is no directory */
export function listZip(bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  let at = view.getUint32(end + 16, true);
  // Bytes in front of the archive (self-extracting, prefixed) shift all offsets by the same amount.
  const shift = end - view.getUint32(end + 12, true) - at;
  if (shift > 0 && at !== 0xffffffff) at += shift;
  const entries: ZipEntry[] = [];
  while (at + 46 <= view.byteLength && view.getUint32(at, true) === entrySignature) {
    const flags = view.getUint16(at + 8, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const raw = bytes.subarray(at + 46, at + 46 + nameLength);
    entries.push({
      name: decodeName(raw, (flags & 0x800) !== 0),
      method: view.getUint16(at + 10, true),
      encrypted: (flags & 1) !== 0,
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true) + Math.max(0, shift),
    });
    at += 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  }
  return entries;
}

function findEnd(view: DataView): number {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - 65_536); at--) if (view.getUint32(at, true) === endSignature) return at;
  throw new ConvertError('malformed', 'The ZIP archive has no directory: the file is cut off or broken.');
}

function decodeName(raw: Uint8Array, utf8: boolean): string {
  if (utf8) return new TextDecoder().decode(raw);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return new TextDecoder('windows-1252').decode(raw);
  }
}
