/** The resources of an added server that somebody wants to hear of: subscribed to on its shared connection, again on the next one. */
import type { Live } from './connections.ts';
import { keepListening } from './listen.ts';

interface Wanted {
  count: number;
  /** The connection on which it is subscribed to, and what ends that. */
  on?: { readonly live: Live; readonly end: Promise<() => Promise<void>> };
}

/** Options of {@link Subscriptions}. */
export interface SubscriptionOptions {
  /** Longest time of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Told of a resource that may have changed while nobody listened. */
  readonly onMissed: (uri: string) => void;
}

/** The subscriptions. */
export class Subscriptions {
  readonly #wanted = new Map<string, Wanted>();
  readonly #options: SubscriptionOptions;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#wanted.size;
  }

  /** Subscribes on a connection; the returned function takes it back. */
  async add(uri: string, live: Live): Promise<() => Promise<void>> {
    const wanted = this.#wanted.get(uri) ?? { count: 0 };
    this.#wanted.set(uri, wanted);
    wanted.count++;
    try {
      await this.#attach(uri, wanted, live);
    } catch (error) {
      await this.#release(uri, wanted);
      throw error;
    }
    let released = false;
    return async () => {
      if (!released) await this.#release(uri, wanted);
      released = true;
    };
  }

  /** Takes the place of a connection that ended. */
  async moveTo(live: Live): Promise<void> {
    await Promise.all(
      [...this.#wanted].map(async ([uri, wanted]) => {
        if (wanted.on?.live === live) return;
        await this.#attach(uri, wanted, live);
        this.#options.onMissed(uri);
      }),
    );
  }

  async #release(uri: string, wanted: Wanted): Promise<void> {
    if (--wanted.count > 0) return;
    this.#wanted.delete(uri);
    await (
      await wanted.on?.end.catch(() => undefined)
    )?.();
  }

  async #attach(uri: string, wanted: Wanted, live: Live): Promise<void> {
    if (wanted.on?.live !== live) wanted.on = { live, end: this.#subscribe(uri, live) };
    await wanted.on.end;
  }

  async #subscribe(uri: string, { connection: { peer, era }, calls }: Live): Promise<() => Promise<void>> {
    const release = calls.keep();
    if (era === 'modern') {
      const ending = new AbortController();
      const missed = () => Promise.resolve(this.#options.onMissed(uri));
      void keepListening(peer, { resourceSubscriptions: [uri] }, ending.signal, missed).finally(release);
      return () => Promise.resolve(ending.abort());
    }
    const send = (method: string, timeoutMs: number) => peer.request(method, { uri }, { signal: AbortSignal.timeout(timeoutMs) });
    await send('resources/subscribe', this.#options.timeoutMs).catch((error: unknown) => (release(), Promise.reject(error)));
    return async () => {
      release();
      await send('resources/unsubscribe', 5000).catch(() => undefined);
    };
  }
}
