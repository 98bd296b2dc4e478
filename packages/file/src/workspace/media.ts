/** What a file is by its first bytes and its name. */
import { extname } from 'node:path';

const images: readonly (readonly [string, (start: string) => boolean])[] = [
  ['image/png', (start) => start.startsWith('\x89PNG\r\n')],
  ['image/jpeg', (start) => start.startsWith('\xff\xd8\xff')],
  ['image/gif', (start) => start.startsWith('GIF8')],
  ['image/webp', (start) => start.startsWith('RIFF') && start.startsWith('WEBP', 8)],
];

const others: typeof images = [
  ['application/pdf', (start) => start.startsWith('%PDF-')],
  ['application/zip', (start) => start.startsWith('PK\x03\x04')],
  ['application/gzip', (start) => start.startsWith('\x1f\x8b')],
  ['application/x-elf', (start) => start.startsWith('\x7fELF')],
  ['application/vnd.sqlite3', (start) => start.startsWith('SQLite format')],
];

const byName: Readonly<Record<string, string>> = {
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.pptx': 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  '.html': 'text/html',
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.md': 'text/markdown',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.xml': 'application/xml',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.wav': 'audio/wav',
};

const documents = /pdf|openxmlformats/;

/** Media type of an image that models can look at. */
export function imageType(head: Buffer): string | undefined {
  const start = head.toString('latin1', 0, 16);
  return images.find(([, isIt]) => isIt(start))?.[0];
}

/** Best guess at the media type of any file. */
export function mediaType(name: string, head: Buffer, isText: boolean): string {
  const start = head.toString('latin1', 0, 16);
  const named = byName[extname(name).toLowerCase()];
  if (named) return named;
  return [...images, ...others].find(([, isIt]) => isIt(start))?.[0] ?? (isText ? 'text/plain' : 'application/octet-stream');
}

/** What to do with a file that is no text. */
export function binaryAdvice(type: string): string {
  if (documents.test(type)) return 'Convert it to Markdown with markitdown_convert, or read its bytes with as: "base64".';
  return 'Read its bytes with as: "base64", or treat it with a program in the shell.';
}
