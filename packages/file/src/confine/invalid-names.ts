/** Names that are not valid UTF-8: paths are text, so no path can say them. Node gives them with U+FFFD in place of the bytes. */
import { isUtf8 } from 'node:buffer';
import { readdirSync } from 'node:fs';
import type { Handle } from './handle.ts';

/** A name by its bytes, those that are not ASCII escaped as `\xNN`. */
export function showBytes(name: Buffer): string {
  return name.toString('latin1').replaceAll(/[^ -~]/g, (byte) => String.raw`\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Whether text holds what Node puts in place of invalid bytes, and the bytes are invalid indeed. */
export function isInvalid(text: string, bytes: Buffer): boolean {
  return text.includes('\uFFFD') && !isUtf8(bytes);
}

/** Takes the invalid ones out of a folder's names, as `readdir` gave them; `tell` gets each in a form that can be shown. */
export function withoutInvalid<T>(
  folder: Handle,
  entries: readonly T[],
  nameOf: (entry: T) => string,
  tell: (shown: string) => void,
): readonly T[] {
  if (!entries.some((entry) => nameOf(entry).includes('\uFFFD'))) return entries;
  const invalid = new Map<string, string[]>();
  for (const bytes of readdirSync(folder.path, { encoding: 'buffer' })) {
    if (isUtf8(bytes)) continue;
    const text = bytes.toString();
    invalid.set(text, [...(invalid.get(text) ?? []), showBytes(bytes)]);
  }
  return entries.filter((entry) => {
    const shown = invalid.get(nameOf(entry))?.pop();
    if (shown !== undefined) tell(shown);
    return shown === undefined;
  });
}
