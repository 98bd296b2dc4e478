/** A source that was opened: its bytes and what is known about it. */
import type { Hints } from '../convert/detect/kind.ts';

export interface Source {
  readonly bytes: Uint8Array;
  readonly hints: Hints;
  /** For messages: the path or address as given. */
  readonly label: string;
}

/** What may be opened, and how much. */
export interface SourcePolicy {
  /** Absolute path; files outside of it do not exist. */
  readonly workspace: string;
  readonly maxBytes: number;
  /** Whether web addresses may be loopback or private ones. */
  readonly allowPrivateAddresses: boolean;
  /** Longest wait for a web address, in milliseconds. */
  readonly fetchTimeoutMs: number;
}
