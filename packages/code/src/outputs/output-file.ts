/** The file that gets the streams of a cell whose output is too long for one answer. */
import { createWriteStream, mkdirSync, writeFileSync, type WriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Most characters of output that one cell may have; what comes after is dropped. */
export const outputChars = 64 * 1024 * 1024;

/** Writes a file once its text is longer than a limit. */
export class OutputFile {
  readonly path: string;
  readonly #afterChars: number;
  #room = outputChars;
  #before = '';
  #stream: WriteStream | undefined;
  #failed = false;

  /**
   * @param path of the file
   * @param afterChars up to so many characters no file is made
   */
  constructor(path: string, afterChars: number) {
    this.path = path;
    this.#afterChars = afterChars;
  }

  /** True once it is written to. */
  get exists(): boolean {
    return this.#stream !== undefined && !this.#failed;
  }

  /** Adds to it. */
  append(added: string): void {
    const text = added.slice(0, this.#room);
    this.#room -= text.length;
    if (this.#stream) {
      this.#stream.write(text);
      return;
    }
    this.#before += text;
    if (this.#before.length <= this.#afterChars) return;
    prepareFolder(dirname(this.path));
    this.#stream = createWriteStream(this.path);
    this.#stream.on('error', () => {
      this.#failed = true;
    });
    this.#stream.write(this.#before);
    this.#before = '';
  }

  /** Settles when all is written. */
  async end(): Promise<void> {
    const stream = this.#stream;
    if (!stream || this.#failed) return;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.end(() => resolve());
    });
  }
}

/** Makes the folder for output; git does not show it. Where that fails, writing fails too. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(dirname(folder), '.gitignore'), '*\n', { flag: 'wx' });
  } catch {}
}

const keptMs = 24 * 60 * 60_000;

/** Removes the files that cells left here more than a day ago. Never throws. */
export async function removeOldOutput(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => /^cell-[0-9a-f]{16}[-.]/.test(candidate))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > keptMs) await rm(path, { force: true }).catch(() => undefined);
  }
}
