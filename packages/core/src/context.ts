/** What a running call may use. */
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';

/** Progress of a call; reaches the caller when it asked for it. */
export interface Progress {
  /** Work done so far; must grow from call to call. */
  progress: number;
  /** Work in all, when known. */
  total?: number;
  /** What happens now, in a few words. */
  message?: string;
}

/** The context of one call. */
export interface ToolContext<Domain = unknown> {
  /** The server's own state: sessions, pages, roots. Made by `open` at the first call. */
  readonly domain: Domain;
  /** Aborts when the caller cancels, goes away, or a limit is reached. Everything that waits takes it. */
  readonly signal: AbortSignal;
  /** Who calls. State belongs to its principal; another principal's id answers like an unknown one. */
  readonly principal: string;
  /** Absolute path of the workspace folder. */
  readonly workspace: string;
  readonly limits: Limits;
  readonly log: Log;
  /** Reports progress. Never throws; does nothing when the caller did not ask. */
  readonly progress: (progress: Progress) => void;
}
