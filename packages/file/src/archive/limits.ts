/** Limits of unpacking, checked by what really comes out, not by what an archive says of itself. */
import { ToolError } from '@sandlot/core';

/** Most entries of one archive. */
export const mostEntries = 100_000;
/** Most bytes that one archive may unpack to. */
export const mostBytes = 1024 * 1024 * 1024;
/** Most bytes per byte of the archive, once it is more than a little. */
const mostRatio = 200;
const freeBytes = 16 * 1024 * 1024;

/** Counts what comes out of an archive. */
export class Budget {
  readonly #most: number;
  #bytes = 0;
  #entries = 0;

  /** @param archiveBytes size of the archive itself */
  constructor(archiveBytes: number) {
    this.#most = Math.min(mostBytes, Math.max(freeBytes, archiveBytes * mostRatio));
  }

  /** @throws ToolError when there are too many */
  addEntry(): void {
    if (++this.#entries > mostEntries) throw new ToolError('PAYLOAD_TOO_LARGE', `The archive has more than ${mostEntries} entries.`);
  }

  /** @throws ToolError when they are too many */
  addBytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes <= this.#most) return;
    throw new ToolError('PAYLOAD_TOO_LARGE', `The archive unpacks to more than ${this.#most} bytes.`, {
      advice: 'Unpack it in the shell if you trust it.',
    });
  }
}
