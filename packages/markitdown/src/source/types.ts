/** A source that was opened: its bytes and what is known about it. */
import type { Hints } from '../convert/detect/kind.ts';
import type { HostRules } from './host-rules.ts';

export interface Source {
  readonly bytes: Uint8Array;
  readonly hints: Hints;
  /** For messages: the path or address as given. */
  readonly label: string;
}

/** What may be opened, and how much. */
export interface SourcePolicy extends HostRules {
  /** Absolute path; files outside of it do not exist. */
  readonly workspace: string;
  readonly maxBytes: number;
  /** Longest wait for a web address, in milliseconds. */
  readonly fetchTimeoutMs: number;
}
