/** Text in pictures, by the engine of the caller or by one that is installed. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import type { ConvertContext } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Block, paragraph } from '../model/document.ts';
import type { OcrEngine } from './types.ts';

/** Where the program tesseract is looked for; a conversion has no PATH. */
const places = ['/usr/bin/tesseract', '/usr/local/bin/tesseract', '/opt/homebrew/bin/tesseract', '/opt/local/bin/tesseract'];
const mostTextBytes = 16 * 1024 * 1024;
/** Not a literal, so that nobody needs to have it. */
const optionalPackage: string = 'tesseract.js';

/** What is told when text in pictures is asked for and nothing can read it. */
export const noOcrEngine = 'OCR was asked for, but no engine is here: install the program tesseract or the package tesseract.js.';

/** The text of a picture as paragraphs; undefined when there is no engine. */
export async function pictureText(image: Uint8Array, { options, limits }: ConvertContext): Promise<Block[] | undefined> {
  const engine = options.ocrEngine ?? (await installedOcrEngine(limits.timeMs));
  if (!engine) return undefined;
  let text: string;
  try {
    text = await engine.recognize(image, options.ocrLanguages ?? ['eng']);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConvertError('malformed', `The OCR engine ${engine.name} failed: ${reason.slice(0, 300)}`, { cause: error });
  }
  return text
    .split(/\n\s*\n/)
    .map((part) => part.replaceAll(/\s+/g, ' ').trim())
    .filter((part) => part !== '')
    .map(paragraph);
}

let found: Promise<OcrEngine | undefined> | undefined;

/** The engine on this machine; looked for once. */
export function installedOcrEngine(timeMs: number): Promise<OcrEngine | undefined> {
  found ??= findEngine(timeMs);
  return found;
}

async function findEngine(timeMs: number): Promise<OcrEngine | undefined> {
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return program(place, timeMs);
  }
  const library: unknown = await import(optionalPackage).catch(() => undefined);
  return isTesseract(library)
    ? { name: optionalPackage, recognize: (image, languages) => withLibrary(library, image, languages) }
    : undefined;
}

function program(place: string, timeMs: number): OcrEngine {
  return {
    name: 'tesseract',
    recognize: (image, languages) =>
      new Promise((resolve, reject) => {
        const child = execFile(
          place,
          ['stdin', 'stdout', '-l', languages.join('+')],
          { timeout: timeMs, killSignal: 'SIGKILL', maxBuffer: mostTextBytes, env: { OMP_THREAD_LIMIT: '1' } },
          (error, text, complaint) => (error ? reject(new Error(complaint.trim() || error.message)) : resolve(text)),
        );
        // The program may end before it has read everything.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(image);
      }),
  };
}

interface TesseractLibrary {
  createWorker(languages: string[]): Promise<{
    recognize(image: Uint8Array): Promise<{ data: { text: string } }>;
    terminate(): Promise<unknown>;
  }>;
}

function isTesseract(library: unknown): library is TesseractLibrary {
  return typeof library === 'object' && library !== null && 'createWorker' in library && typeof library.createWorker === 'function';
}

async function withLibrary(library: TesseractLibrary, image: Uint8Array, languages: readonly string[]): Promise<string> {
  const worker = await library.createWorker([...languages]);
  try {
    return (await worker.recognize(Buffer.from(image))).data.text;
  } finally {
    await worker.terminate();
  }
}
