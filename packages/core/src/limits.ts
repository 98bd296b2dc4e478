/** Limits that hold for every call of every tool. */

/** Limits of one server. */
export interface Limits {
  /** Longest time of one call, in milliseconds. Default 30 min; a tool's own limits are shorter. */
  readonly callTimeoutMs: number;
  /** Largest answer in bytes of its JSON. Default 4 MiB. */
  readonly answerBytes: number;
  /** Largest request body or message, in bytes. Default 16 MiB. */
  readonly requestBytes: number;
  /** Calls that run at once in one server process. Default 256. */
  readonly concurrentCalls: number;
}

/** The limits when nothing else is configured. */
export const defaultLimits: Limits = {
  callTimeoutMs: 30 * 60_000,
  answerBytes: 4 * 1024 * 1024,
  requestBytes: 16 * 1024 * 1024,
  concurrentCalls: 256,
};
