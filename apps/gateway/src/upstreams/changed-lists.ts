/** Passes on that lists of a server have changed: however often it says so, one at a time and with a pause. */
import { setTimeout as delay } from 'node:timers/promises';
import type { UpstreamChange } from './upstream.ts';

/** Least time between two changes of a list that clients are told of, in milliseconds. */
const pauseMs = 250;

/** Options of {@link ChangedLists}. */
export interface ChangedListsOptions {
  /** Reads the list again. */
  readonly reload: (list: string) => Promise<void>;
  readonly emit: (change: UpstreamChange) => void;
  /** Aborts when nobody is told any more. */
  readonly signal: AbortSignal;
}

/** The lists of one server. */
export class ChangedLists {
  readonly #options: ChangedListsOptions;
  /** Lists of which a change is being told, and whether another came meanwhile. */
  readonly #running = new Map<string, boolean>();

  constructor(options: ChangedListsOptions) {
    this.#options = options;
  }

  /** Tells of a change, after those that are being told. */
  tell(list: string, change: UpstreamChange): void {
    const isRunning = this.#running.has(list);
    this.#running.set(list, true);
    if (!isRunning) void this.#run(list, change);
  }

  async #run(list: string, change: UpstreamChange): Promise<void> {
    const { reload, emit, signal } = this.#options;
    while (this.#running.get(list) && !signal.aborted) {
      this.#running.set(list, false);
      await reload(list);
      emit(change);
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    this.#running.delete(list);
  }
}
