/** Which resources the clients of one connection want to hear of. Each is watched once, however many ask for it. */
import type { Transport } from '@modelcontextprotocol/server';
import { ToolError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';

/** Most resources that are watched for one connection. */
const mostWatched = 1000;

interface Watched {
  readonly users: Set<unknown>;
  readonly end: Promise<() => void>;
}

/** The subscriptions of one connection. */
export class Subscriptions {
  readonly #watched = new Map<string, Watched>();
  readonly #runtime: Runtime;
  readonly #notify: (uri: string) => void;

  /** @param notify called with the URI of a resource that changed */
  constructor(runtime: Runtime, notify: (uri: string) => void) {
    this.#runtime = runtime;
    this.#notify = notify;
  }

  /** Begins to watch a resource for a user: a request's id, or anything else. @throws ToolError */
  async add(user: unknown, uri: string): Promise<void> {
    const { resources } = this.#runtime.server;
    if (!resources) throw new ToolError('UNSUPPORTED', `The server "${this.#runtime.server.name}" has no resources.`);
    if (!this.#watched.has(uri) && this.#watched.size >= mostWatched) {
      throw new ToolError('RESOURCE_EXHAUSTED', `This connection already watches ${mostWatched} resources.`);
    }
    const watched = this.#watched.get(uri) ?? {
      users: new Set(),
      end: this.#runtime.run({ signal: new AbortController().signal }, (ctx) => resources.watch(uri, () => this.#notify(uri), ctx)),
    };
    this.#watched.set(uri, watched);
    watched.users.add(user);
    try {
      await watched.end;
    } catch (error) {
      this.#watched.delete(uri);
      throw error;
    }
  }

  /** Ends what a user watches: one resource, or all. */
  remove(user: unknown, uri?: string): void {
    for (const [key, { users, end }] of uri === undefined ? this.#watched : this.#only(uri)) {
      if (!users.delete(user) || users.size > 0) continue;
      this.#watched.delete(key);
      void end.then((stop) => stop()).catch(() => undefined);
    }
  }

  /** Ends everything. */
  close(): void {
    for (const { end } of this.#watched.values()) void end.then((stop) => stop()).catch(() => undefined);
    this.#watched.clear();
  }

  #only(uri: string): [string, Watched][] {
    const watched = this.#watched.get(uri);
    return watched ? [[uri, watched]] : [];
  }
}

/** The URIs that a `subscriptions/listen` request names; undefined for any other message. */
export function listenedUris(message: unknown): string[] | undefined {
  if (typeof message !== 'object' || message === null || !('method' in message) || message.method !== 'subscriptions/listen')
    return undefined;
  const params = 'params' in message && typeof message.params === 'object' ? message.params : undefined;
  const wanted = params && 'notifications' in params && typeof params.notifications === 'object' ? params.notifications : undefined;
  const uris = wanted && 'resourceSubscriptions' in wanted ? wanted.resourceSubscriptions : undefined;
  return Array.isArray(uris) ? uris.map(String) : [];
}

/**
 * A transport whose `subscriptions/listen` requests are seen: the SDK answers them itself and tells the server nothing. It gets them when
 * the resources are watched, so that nothing is missed after the answer.
 */
export function watchingTransport(inner: Transport, subscriptions: Subscriptions): Transport {
  const outer: Transport = {
    async start() {
      inner.onclose = () => {
        subscriptions.close();
        outer.onclose?.();
      };
      inner.onerror = (error) => outer.onerror?.(error);
      inner.onmessage = (message, extra) => {
        if ('method' in message && message.method === 'notifications/cancelled') subscriptions.remove(message.params?.['requestId']);
        const uris = listenedUris(message);
        if (!uris || !('id' in message)) return outer.onmessage?.(message, extra);
        // What cannot be watched is never reported; the protocol has no place to say so.
        const watched = Promise.allSettled(uris.map((uri) => subscriptions.add(message.id, uri)));
        return void watched.then(() => outer.onmessage?.(message, extra));
      };
      await inner.start();
    },
    send: (message, options) => inner.send(message, options),
    close: () => inner.close(),
  };
  return outer;
}
