/** Checks a log: the chain, the signatures, and what was written down elsewhere. */
import { basename } from 'node:path';
import { ChainCheck } from './chain-check.ts';
import { type Line, readLines } from './lines.ts';
import { type Envelope, hashLine, readEnvelope } from './record.ts';
import type { Anchor, Fault, Verification } from './report.ts';

/** Options of {@link verifyLog}. */
export interface VerifyOptions {
  /** What outside places know. Default none. */
  readonly anchors?: readonly Anchor[];
  /** Public keys (32 bytes, base64) that may sign; others are an error. Default: the keys that the log names are believed. */
  readonly keys?: ReadonlySet<string>;
  /** Whether the files are a whole log, which may lack a beginning only when retention removed it. Default false. */
  readonly isWhole?: boolean;
}

/** Checks the files of one log, oldest first, up to the first fault. Reads each once, in constant memory. */
export function verifyLog(files: readonly string[], options: VerifyOptions = {}): Verification {
  const chain = new ChainCheck(options.keys);
  const anchors = new AnchorCheck(options.anchors ?? []);
  let fault: Fault | undefined;
  for (const path of files) {
    const file = basename(path);
    chain.beginFile(file);
    const lines = readLines(path);
    for (const line of lines) {
      if (!line.complete) {
        chain.addTorn(line.bytes);
        break;
      }
      const hash = hashLine(line.bytes);
      const record = readEnvelope(line.bytes);
      const found = chain.add(record, line.bytes, hash) ?? anchors.meet(chain);
      if (!found) continue;
      fault = { ...found, file, line: record && found.kind === 'chain' ? blame(chain, record, line, hash, lines) : line.number };
      break;
    }
    if (fault) break;
  }
  fault ??= chain.end(options.isWhole ?? false) ?? anchors.end(chain);
  return { fault, ...chain.report(), anchorsMet: anchors.met };
}

/** Compares the log with what outside places know. */
class AnchorCheck {
  readonly #bySize = new Map<number, Anchor[]>();
  /** How many anchors fit. */
  met = 0;

  constructor(anchors: readonly Anchor[]) {
    for (const anchor of anchors) this.#bySize.set(anchor.size, [...(this.#bySize.get(anchor.size) ?? []), anchor]);
  }

  /** Compares the anchors of the size that the log has now. */
  meet({ size, head, origin }: ChainCheck): Fault | undefined {
    for (const anchor of this.#bySize.get(size) ?? []) {
      if (!concerns(anchor, origin)) continue;
      if (anchor.head !== head) return { kind: 'anchor', message: `the first ${size} records are not those that the anchor knows` };
      this.met++;
    }
    return undefined;
  }

  /** What can only be said at the end. */
  end({ size, first, origin }: ChainCheck): Fault | undefined {
    const known = [...this.#bySize.values()].flat().filter((anchor) => concerns(anchor, origin));
    const most = known.reduce((max, anchor) => Math.max(max, anchor.size), 0);
    if (most > size) return { kind: 'anchor', message: `the log ends after ${size} records, but an anchor knows ${most}` };
    if (this.#bySize.size === 0 || this.met > 0) return undefined;
    return { kind: 'anchor', message: `no anchor is about these records, from ${first} to ${size - 1} of ${origin ?? 'no log'}` };
  }
}

function concerns(anchor: Anchor, origin: string | undefined): boolean {
  return anchor.origin === undefined || anchor.origin === origin;
}

/**
 * When a record names another hash for the one before it, either of the two was changed. A signature of this one or the next record's word
 * for it says that it was the one before.
 */
function blame(chain: ChainCheck, record: Envelope, line: Line, hash: string, rest: Iterator<Line>): number {
  if (record.seq !== chain.size || record.prev === chain.head || line.number === 1) return line.number;
  const next = rest.next();
  const isConfirmed = chain.isSigned(record, line.bytes) || (!next.done && readEnvelope(next.value.bytes)?.prev === hash);
  return isConfirmed ? line.number - 1 : line.number;
}
