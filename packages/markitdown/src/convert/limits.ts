/** Limits of one conversion: a hostile document reaches them instead of the machine's. */
import { ConvertError } from './errors.ts';

/** Limits of one conversion. */
export interface ConvertLimits {
  /** Largest document, in bytes. Default 100 MiB. */
  readonly inputBytes: number;
  /** Largest amount that compressed parts may unpack to, in bytes. Default 256 MiB. */
  readonly inflatedBytes: number;
  /** Most bytes that one packed byte may become, in parts of more than 16 MiB. Default 100. */
  readonly inflateRatio: number;
  /** Largest number of entries of an archive. Default 10,000. */
  readonly entries: number;
  /** Deepest nesting of documents in documents. Default 4. */
  readonly depth: number;
  /** Largest Markdown, in characters. Default 32 Mi. */
  readonly outputChars: number;
  /** Longest time, in milliseconds. A worker is ended; in the caller's thread it is checked between parts. Default 120 s. */
  readonly timeMs: number;
  /** Largest JavaScript heap, in MiB; holds in a worker only. Default 512. */
  readonly memoryMb: number;
}

/** The limits when nothing else is asked for. */
export const defaultConvertLimits: ConvertLimits = {
  inputBytes: 100 * 1024 * 1024,
  inflatedBytes: 256 * 1024 * 1024,
  inflateRatio: 100,
  entries: 10_000,
  depth: 4,
  outputChars: 32 * 1024 * 1024,
  timeMs: 120_000,
  memoryMb: 512,
};

/** Smaller parts may be packed as tightly as they like. */
const harmlessBytes = 16 * 1024 * 1024;

/** Counts what a conversion unpacks, over all archives in archives. */
export class InflateBudget {
  #left: number;
  readonly #most: number;
  readonly #ratio: number;

  constructor({ inflatedBytes, inflateRatio }: Pick<ConvertLimits, 'inflatedBytes' | 'inflateRatio'>) {
    this.#most = inflatedBytes;
    this.#left = inflatedBytes;
    this.#ratio = inflateRatio;
  }

  /** Most bytes that so many packed bytes may become. */
  mostFor(packedBytes: number): number {
    return Math.max(1, Math.min(this.#left, Math.max(harmlessBytes, packedBytes * this.#ratio)));
  }

  /** The answer to a part that unpacks to more than {@link mostFor}. */
  tooLarge(name: string): ConvertError {
    return new ConvertError(
      'limit',
      `"${name}" unpacks to too many bytes for its size, or to more than ${this.#most} in all (limits inflateRatio and inflatedBytes).`,
    );
  }

  /** Takes bytes from the budget. @throws ConvertError when it is used up */
  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new ConvertError('limit', `The document unpacks to more than ${this.#most} bytes (limit inflatedBytes).`);
  }
}
