/** Pictures in RTF are written as hexadecimal digits. */
import type { Picture } from '../model/document.ts';

/** The picture; nothing when it is of a kind that no reader shows. */
export function hexPicture(text: string): Picture[] {
  const digits = text.replaceAll(/[^0-9a-f]/gi, '');
  const mimetype = digits.startsWith('89504e47') ? 'image/png' : digits.startsWith('ffd8') ? 'image/jpeg' : undefined;
  if (mimetype === undefined) return [];
  return [{ type: 'image', alt: '', name: `image.${mimetype.slice(6)}`, mimetype, bytes: () => Buffer.from(digits, 'hex') }];
}
