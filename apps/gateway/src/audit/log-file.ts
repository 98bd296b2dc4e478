/** One file of the log, open for appending. */
import { closeSync, constants, fdatasync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const syncData = promisify(fdatasync);

/**
 * Appends text and puts it on the disk. Writing blocks for the microseconds that the page cache takes; only syncing waits. After a
 * failure nothing is written before {@link restore} has put the file back to what was accepted.
 */
export class LogFile {
  readonly path: string;
  readonly #fd: number;
  #size: number;
  #syncedSize: number;
  /** Accepted, but not yet synced. */
  #unsynced: string[] = [];
  #failed = false;
  #closed = false;

  /** Opens a file, or makes it, readable by this user alone. */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
    this.#size = fstatSync(this.#fd).size;
    this.#syncedSize = this.#size;
    if (this.#size === 0) syncFolder(dirname(path));
  }

  /** Bytes that were accepted. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends, and syncs when asked to. Either all of it is accepted or none.
   *
   * @throws what the file system says, or that somebody else changed the file
   */
  async append(text: string, sync: boolean): Promise<void> {
    if (this.#closed) throw new Error(`"${this.path}" is closed.`);
    if (this.#failed) this.#restore();
    this.#checkUntouched();
    try {
      this.#write(text);
      if (sync) await syncData(this.#fd);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
    this.#size += Buffer.byteLength(text);
    if (!sync) return void this.#unsynced.push(text);
    this.#unsynced = [];
    this.#syncedSize = this.#size;
  }

  close(): void {
    if (!this.#closed) closeSync(this.#fd);
    this.#closed = true;
  }

  /** A disk that failed to sync may have dropped what came before, too, so everything since the last sync is written anew. */
  #restore(): void {
    ftruncateSync(this.#fd, this.#syncedSize);
    this.#write(this.#unsynced.join(''));
    this.#failed = false;
  }

  #write(text: string): void {
    let rest = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(writeSync(this.#fd, rest));
  }

  #checkUntouched(): void {
    const { size, nlink } = fstatSync(this.#fd);
    if (nlink === 0) throw new Error(`"${this.path}" was removed.`);
    if (size !== this.#size) throw new Error(`"${this.path}" was changed by somebody else: it has ${size} bytes instead of ${this.#size}.`);
  }
}

/** Makes sure that a new file's name is on the disk, where the system can sync a folder. */
function syncFolder(path: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY);
    fsyncSync(fd);
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
