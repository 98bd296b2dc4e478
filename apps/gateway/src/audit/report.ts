/** What a check of a log finds. */
import type { Genesis } from './record.ts';

/** A size of the log and the hash of its last record then, as some outside place kept it. */
export interface Anchor {
  readonly size: number;
  readonly head: string;
  /** Name of the log. Default: it is about whatever log is checked. */
  readonly origin?: string;
}

/** What is wrong with a log. */
export interface Fault {
  readonly kind: 'chain' | 'signature' | 'anchor';
  readonly message: string;
  /** Where, when it is in one place. */
  readonly file?: string;
  readonly line?: number;
}

/** A last line that was cut off when its writer died. */
export type Torn = NonNullable<Genesis['torn']>[number];

/** One run of the gateway. */
export interface Run {
  readonly run: string;
  readonly key: string;
  readonly version: string;
  /** When it began. */
  readonly ts: string;
  /** Number of its first record. */
  readonly seq: number;
  /** Whether it ended in order; undefined for the last run as long as it may go on. */
  closed: boolean | undefined;
}

/** The result of a check. */
export interface Verification {
  /** The first thing that is wrong; undefined when all is well. */
  readonly fault: Fault | undefined;
  readonly origin: string | undefined;
  /** Number of the first record in the files. */
  readonly first: number;
  /** Records of the log, with those before the first file. */
  readonly size: number;
  readonly head: string;
  readonly runs: readonly Run[];
  /** Records after the last checkpoint: no signature covers them yet. */
  readonly unsigned: number;
  /** Calls that began and have no end: the gateway died, or they still run. */
  readonly open: readonly number[];
  /** Cut-off last lines that the log knows of. */
  readonly torn: readonly Torn[];
  /** A cut-off last line that no later record mentions yet. */
  readonly pendingTorn: readonly Torn[];
  /** How many anchors were compared. */
  readonly anchorsMet: number;
}
