/** Limits of unpacking, checked by what really comes out, not by what an archive says of itself. */
import { ToolError } from '@sandlot/core';
import type { Limits } from '../limits.ts';

/** Below this, how well an archive is packed says nothing. */
const freeBytes = 16 * 1024 * 1024;

/** Counts what comes out of an archive. */
export class Budget {
  readonly #most: number;
  readonly #entriesMost: number;
  #bytes = 0;
  #entries = 0;

  /** @param size size of the archive itself */
  constructor(size: number, { archiveBytes, archiveEntries, archiveRatio }: Limits) {
    this.#most = Math.min(archiveBytes, Math.max(freeBytes, size * archiveRatio));
    this.#entriesMost = archiveEntries;
  }

  /** @throws ToolError when there are too many */
  addEntry(): void {
    if (++this.#entries > this.#entriesMost)
      throw new ToolError('PAYLOAD_TOO_LARGE', `The archive has more than ${this.#entriesMost} entries.`);
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
