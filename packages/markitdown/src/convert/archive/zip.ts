/** Unpacks members of a ZIP file, one at a time, within the budget. */
import { inflateRawSync } from 'node:zlib';
import { ConvertError } from '../errors.ts';
import type { InflateBudget } from '../limits.ts';
import { listZip, type ZipEntry } from './zip-directory.ts';

/** A ZIP file that is read member by member. */
export class Zip {
  readonly entries: readonly ZipEntry[];
  readonly #bytes: Uint8Array;
  readonly #budget: InflateBudget;
  readonly #byName: ReadonlyMap<string, ZipEntry>;

  /** @throws ConvertError when the directory is broken or has more entries than allowed */
  constructor(bytes: Uint8Array, budget: InflateBudget, mostEntries: number) {
    this.#bytes = bytes;
    this.#budget = budget;
    this.entries = listZip(bytes);
    if (this.entries.length > mostEntries)
      throw new ConvertError('limit', `The archive has ${this.entries.length} entries; the limit is ${mostEntries} (limit entries).`);
    this.#byName = new Map(this.entries.map((entry) => [normal(entry.name), entry]));
  }

  /** True when there is such a member. Case and leading slashes do not matter. */
  has(name: string): boolean {
    return this.#byName.has(normal(name));
  }

  /** The bytes of a member; undefined when there is none. */
  read(name: string): Uint8Array | undefined {
    const entry = this.#byName.get(normal(name));
    return entry && this.unpack(entry);
  }

  /** Unpacks an entry. @throws ConvertError when it is broken, encrypted, or larger than the budget */
  unpack(entry: ZipEntry): Uint8Array {
    if (entry.encrypted) throw new ConvertError('encrypted', `"${entry.name}" is password protected.`);
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    if (entry.at + 30 > view.byteLength) throw broken(entry);
    const start = entry.at + 30 + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true);
    const packed = this.#bytes.subarray(start, start + entry.packedBytes);
    if (entry.method === 0) {
      this.#budget.take(packed.length);
      return packed;
    }
    if (entry.method !== 8)
      throw new ConvertError('unsupported', `"${entry.name}" is packed with method ${entry.method}, which is not supported.`);
    const most = this.#budget.mostFor(packed.length);
    if (entry.bytes > most) throw this.#budget.tooLarge(entry.name);
    const unpacked = inflate(packed, most, () => this.#budget.tooLarge(entry.name), entry);
    this.#budget.take(unpacked.length);
    return unpacked;
  }
}

function inflate(packed: Uint8Array, most: number, tooLarge: () => ConvertError, entry: ZipEntry): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: most });
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge() : broken(entry, error);
  }
}

function normal(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}

function broken(entry: ZipEntry, cause?: unknown): ConvertError {
  return new ConvertError('malformed', `"${entry.name}" in the archive is broken.`, { cause });
}
