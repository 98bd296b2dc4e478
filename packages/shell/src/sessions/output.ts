/** What a command has written: its beginning and its end in memory, all of it (up to a limit) in a file, under absolute positions. */
import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync, type WriteStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ring } from './ring.ts';

/** Options of {@link Output}. */
export interface OutputOptions {
  /** The file for everything; made only when the output grows past what one answer shows. */
  file: string;
  /** Bytes after which the file is begun. At most `headBytes`. */
  fileAfterBytes: number;
  /** Largest size of the file. */
  fileBytes: number;
}

const headBytes = 32 * 1024;
const tailBytes = 256 * 1024;
const writeBehindBytes = 1024 * 1024;
const slotBytes = 64 * 1024;

/** The output of one command. */
export class Output {
  readonly #options: OutputOptions;
  readonly #head: Buffer[] = [];
  #headSize = 0;
  readonly #tail = new Ring(tailBytes);
  /** Buffers of chunks that have been written, for the next ones. */
  readonly #slots: Buffer[] = [];
  #stream: WriteStream | undefined;
  /** Settles with the latest write, and so with all before it. */
  #written: Promise<void> = Promise.resolve();
  #filed = 0;
  #flushed = 0;
  #failed = false;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  /** Bytes written so far: the position after the last. */
  get total(): number {
    return this.#tail.end;
  }

  /** Position from which on everything is in memory. */
  get kept(): number {
    return this.#tail.start;
  }

  /** The file's path, once there is one. */
  get file(): string | undefined {
    return this.#stream && !this.#failed ? this.#options.file : undefined;
  }

  /** Bytes that the file holds. */
  get fileSize(): number {
    return this.#filed;
  }

  /** Takes a chunk, which the caller may overwrite then; false when the writer is behind and the source should pause until {@link drained}. */
  append(chunk: Buffer): boolean {
    this.#keepHead(chunk);
    this.#tail.push(chunk);
    return this.#toFile(chunk);
  }

  #keepHead(chunk: Buffer): void {
    if (this.#headSize >= headBytes) return;
    const part = Buffer.from(chunk.subarray(0, headBytes - this.#headSize));
    this.#head.push(part);
    this.#headSize += part.length;
  }

  #toFile(chunk: Buffer): boolean {
    const begins = !this.#stream && this.total > Math.min(this.#options.fileAfterBytes, headBytes);
    if (begins) this.#stream = this.#begin();
    if (!this.#stream || this.#failed) return true;
    // The head holds all that came before: the file begins at the latest when the head is full.
    const part = begins ? Buffer.concat([Buffer.concat(this.#head).subarray(0, this.total - chunk.length), chunk]) : chunk;
    const room = this.#options.fileBytes - this.#filed;
    if (room <= 0) return true;
    const { bytes: taken, free } = this.#copy(part.subarray(0, room));
    this.#filed += taken.length;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#written = promise;
    this.#stream.write(taken, () => {
      this.#flushed += taken.length;
      free();
      resolve();
    });
    return this.#filed - this.#flushed < writeBehindBytes;
  }

  /** The same bytes in a buffer of their own until they are written. Large ones share theirs with those that come later. */
  #copy(bytes: Buffer): { bytes: Buffer; free: () => void } {
    if (bytes.length < slotBytes / 4 || bytes.length > slotBytes) return { bytes: Buffer.from(bytes), free: () => undefined };
    const slot = this.#slots.pop() ?? Buffer.allocUnsafeSlow(slotBytes);
    bytes.copy(slot);
    return { bytes: slot.subarray(0, bytes.length), free: () => void this.#slots.push(slot) };
  }

  #begin(): WriteStream {
    prepareFolder(dirname(this.#options.file));
    const stream = createWriteStream(this.#options.file);
    stream.on('error', () => {
      this.#failed = true;
      stream.destroy();
      stream.emit('drain');
    });
    return stream;
  }

  /** Settles when the writer has caught up. */
  async drained(): Promise<void> {
    while (this.#stream && !this.#failed && this.#filed - this.#flushed >= writeBehindBytes) await once(this.#stream, 'drain');
  }

  /** No more chunks come. */
  end(): void {
    this.#stream?.end(() => (this.#slots.length = 0));
  }

  /** Forgets the file. */
  async remove(): Promise<void> {
    this.#stream?.destroy();
    if (this.#stream) await rm(this.#options.file, { force: true });
  }

  /** The bytes from one position to another, as far as they are still there: from memory, else from the file. */
  async slice(from: number, to = this.total): Promise<Buffer> {
    if (from >= this.#tail.start) return this.#tail.slice(from, to);
    const head = Buffer.concat(this.#head).subarray(from, to);
    if (to <= this.#headSize) return head;
    const filed = await this.#fromFile(from, Math.min(to, this.#filed));
    return filed.length > head.length ? filed : head;
  }

  /** True when a text was written after a position, as far as the end in memory reaches. */
  includes(text: string, from: number): boolean {
    return this.#tail.slice(Math.max(from, this.#tail.start), this.total).includes(text);
  }

  async #fromFile(from: number, to: number): Promise<Buffer> {
    await this.#written;
    if (from >= to || this.#failed) return Buffer.alloc(0);
    try {
      await using file = await open(this.#options.file);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
      return buffer.subarray(0, bytesRead);
    } catch {
      // Somebody has removed it; the head and the tail are still in memory.
      return Buffer.alloc(0);
    }
  }
}

/** Makes the folder for output files; git does not show it. Where that fails, writing the file fails too. */
function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(dirname(folder), '.gitignore'), '*\n', { flag: 'wx' });
  } catch {}
}

const keptMs = 24 * 60 * 60_000;

/** Removes the files that earlier servers left here more than a day ago. Never throws. */
export async function removeOldFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((candidate) => /^p[0-9a-f]{16}\.log$/.test(candidate))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > keptMs) await rm(path, { force: true }).catch(() => undefined);
  }
}
