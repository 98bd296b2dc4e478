/**
 * Names that are not valid UTF-8. Paths are text; inside the server each byte above 0x7F of such a name is half a surrogate pair
 * (U+DC80 to U+DCFF), as Python's `surrogateescape` has it, so that no name is lost and none can be mistaken for another.
 */
import { isUtf8 } from 'node:buffer';
import { type Dirent, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

const halves = /[\uDC80-\uDCFF]/gu;
const firstHalf = 0xdc00;

/** Whether a text stands for bytes that are not valid UTF-8. */
export function isRaw(text: string): boolean {
  return text.search(halves) !== -1;
}

/**
 * The text of a path's bytes.
 *
 * @param between what stands between several paths, one character
 */
export function fromBytes(bytes: Buffer, between = ''): string {
  const text = bytes.toString();
  if (!isDoubtful(text) || isUtf8(bytes)) return text;
  return bytes
    .toString('latin1')
    .split(new RegExp(`([/${between}])`))
    .map(fromName)
    .join('');
}

function fromName(latin1: string): string {
  const bytes = Buffer.from(latin1, 'latin1');
  if (isUtf8(bytes)) return bytes.toString();
  return latin1.replaceAll(/[\x80-\xFF]/g, (byte) => String.fromCharCode(firstHalf + byte.charCodeAt(0)));
}

/** A path for calls of `node:fs`. */
export function toPath(text: string): string | Buffer {
  return isRaw(text) ? toBytes(text) : text;
}

/** The names in a folder. */
export function readNames(folder: string): string[] {
  const path = toPath(folder);
  const names = readdirSync(path);
  return names.some(isDoubtful) ? readdirSync(path, 'buffer').map((name) => fromBytes(name)) : names;
}

/** What `readdir` tells of an entry. */
export type Listed = Pick<Dirent, 'name' | 'isDirectory' | 'isSymbolicLink'>;

/** The names in a folder, and what they are. */
export async function readDirents(folder: string): Promise<readonly Listed[]> {
  const path = toPath(folder);
  const dirents = await readdir(path, { withFileTypes: true });
  if (!dirents.some(({ name }) => isDoubtful(name))) return dirents;
  const raw = await readdir(path, { withFileTypes: true, encoding: 'buffer' });
  return raw.map((dirent) => ({
    name: fromBytes(dirent.name),
    isDirectory: () => dirent.isDirectory(),
    isSymbolicLink: () => dirent.isSymbolicLink(),
  }));
}

/** Whether a name holds what Node puts in place of invalid bytes. A name may also hold it itself. */
function isDoubtful(name: string): boolean {
  return name.includes('\uFFFD');
}

/** The one text of a path, where it was spelled by somebody else. */
export function canonical(text: string): string {
  return isRaw(text) ? fromBytes(toBytes(text)) : text;
}

function toBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const { index, 0: half } of text.matchAll(halves)) {
    parts.push(Buffer.from(text.slice(from, index)), Buffer.of(half.charCodeAt(0) - firstHalf));
    from = index + 1;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(from))]);
}
