/** The resources of one of our servers that somebody wants to hear of: listened for on its socket, again after it was restarted. */
import { type Loose, objectAt } from './caller.ts';
import { ownEnvelope } from './connection.ts';
import type { JsonRpcPeer } from './peer.ts';

interface Wanted {
  count: number;
  readonly ending: AbortController;
  /** Settles when the server watches it. */
  ready: Promise<void>;
  onReady: () => void;
}

/** Options of {@link OwnSubscriptions}. */
export interface OwnSubscriptionOptions {
  /** Connects, and starts the server when it does not run. */
  readonly connect: () => Promise<JsonRpcPeer>;
  /** Told of a resource that may have changed while nobody listened. */
  readonly onMissed: (uri: string) => void;
}

const acknowledged = 'notifications/subscriptions/acknowledged';

/** The subscriptions. */
export class OwnSubscriptions {
  readonly #wanted = new Map<string, Wanted>();
  readonly #options: OwnSubscriptionOptions;

  constructor(options: OwnSubscriptionOptions) {
    this.#options = options;
  }

  /** Subscribes; the returned function takes it back. Settles when the server watches the resource. */
  async add(uri: string): Promise<() => Promise<void>> {
    const wanted = this.#wanted.get(uri) ?? this.#listen(uri);
    wanted.count++;
    let isReleased = false;
    const release = () => {
      if (!isReleased && --wanted.count === 0) {
        wanted.ending.abort();
        this.#wanted.delete(uri);
      }
      isReleased = true;
      return Promise.resolve();
    };
    await wanted.ready.catch((error: unknown) => release().then(() => Promise.reject(error)));
    return release;
  }

  /** Takes what the server says about subscriptions; false when it is about something else. */
  takes(method: string, params: Loose): boolean {
    if (method !== acknowledged) return false;
    const uris = objectAt(params, 'notifications')['resourceSubscriptions'];
    if (Array.isArray(uris)) for (const uri of uris) this.#wanted.get(String(uri))?.onReady();
    return true;
  }

  /** The server ended: listens again where somebody still wants to hear. */
  lost(): void {
    for (const [uri, wanted] of this.#wanted) {
      void this.#request(uri, wanted)
        .then(() => this.#options.onMissed(uri))
        .catch(() => undefined);
    }
  }

  #listen(uri: string): Wanted {
    const wanted: Wanted = { count: 0, ending: new AbortController(), ready: Promise.resolve(), onReady: () => undefined };
    this.#wanted.set(uri, wanted);
    wanted.ready = this.#request(uri, wanted);
    return wanted;
  }

  async #request(uri: string, wanted: Wanted): Promise<void> {
    const peer = await this.#options.connect();
    const params = { _meta: ownEnvelope, notifications: { resourceSubscriptions: [uri] } };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    wanted.onReady = resolve;
    // Its result only comes at the end.
    peer.request('subscriptions/listen', params, { signal: wanted.ending.signal }).then(() => resolve(), reject);
    await promise;
  }
}

/** What a server reports, without what belongs to the connection. */
export function withoutMeta(params: Loose): Loose {
  const { _meta: _, ...rest } = params;
  return rest;
}
