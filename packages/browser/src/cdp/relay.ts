/**
 * Lets a client from outside (Playwright, Puppeteer, a script) into a browser that it shares with others: it sees and moves
 * what its owner has, and nothing that belongs to the browser as a whole.
 */
import { type SocketConnection, ToolError } from '@sandlot/core';
import { Commands } from './commands.ts';
import { commandSchema, type Incoming } from './messages.ts';
import { Owned } from './owned.ts';
import { Upstream } from './upstream.ts';

/** What a relay works with. */
export interface RelayEnv {
  /** WebSocket of the browser, or of one page. */
  readonly url: string;
  /** The page, when `url` is that of one. */
  readonly targetId?: string | undefined;
  /** The browser context of the owner. */
  readonly contextId: string;
  /** True when the context is that of the browser's own windows. */
  readonly isProfile: boolean;
  /** The filtering proxy, for contexts that the client makes; undefined when the browser goes through it by itself. */
  readonly proxy: { readonly server: string; readonly bypass: string } | undefined;
  /** Checks that a page may get these files, and gives their real paths. @throws ToolError */
  readonly files: (paths: readonly string[]) => Promise<string[]>;
}

const mostInFlight = 256;

/** Connects to the browser. @returns serves a client until either side ends */
export async function openRelay(env: RelayEnv): Promise<(connection: SocketConnection) => Promise<void>> {
  const upstream = await Upstream.open(env.url);
  return async (connection) => {
    const relay = new Relay(env, upstream, connection);
    const left = new Promise<void>((resolve) => connection.signal.addEventListener('abort', () => resolve(), { once: true }));
    try {
      await Promise.race([left, upstream.closed, relay.done]);
    } finally {
      upstream.close();
    }
  };
}

class Relay {
  readonly #upstream: Upstream;
  readonly #connection: SocketConnection;
  readonly #commands: Commands;
  readonly #end = Promise.withResolvers<void>();
  #turn: Promise<void> = Promise.resolve();
  #inFlight = 0;

  constructor(env: RelayEnv, upstream: Upstream, connection: SocketConnection) {
    this.#upstream = upstream;
    this.#connection = connection;
    const owned = new Owned(env, upstream);
    this.#commands = new Commands(env, owned, upstream);
    upstream.onEvent = (event) => {
      if (owned.sees(event)) this.#send(event);
    };
    connection.onMessage((message) => {
      this.#turn = this.#turn.then(() => this.#command(String(message))).catch(() => this.#end.resolve());
    });
  }

  /** Resolves when the client has said goodbye. */
  get done(): Promise<void> {
    return this.#end.promise;
  }

  async #command(message: string): Promise<void> {
    const parsed = commandSchema.safeParse(parseJson(message));
    if (!parsed.success) return this.#send({ error: { code: -32_700, message: 'This is no command of the DevTools protocol.' } });
    const command = parsed.data;
    const head = { id: command.id, ...(command.sessionId !== undefined && { sessionId: command.sessionId }) };
    const { method, sessionId } = command;
    try {
      const prepared = await this.#commands.prepare(command);
      if ('answer' in prepared) {
        this.#send({ ...head, result: prepared.answer });
        if (method === 'Browser.close') this.#end.resolve();
        return;
      }
      // The order of commands stays; answers come when they come.
      void this.#upstream.ask(method, prepared.send, sessionId).then(({ result, error }) => {
        if (error) return this.#send({ ...head, error });
        this.#send({ ...head, result: prepared.after?.(result ?? {}) ?? result ?? {} });
      });
    } catch (error) {
      if (!ToolError.is(error)) throw error;
      this.#send({ ...head, error: { code: -32_000, message: error.message } });
    }
  }

  #send(message: Incoming): void {
    this.#inFlight++;
    if (this.#inFlight === mostInFlight) this.#upstream.pause(true);
    void this.#connection.send(JSON.stringify(message)).then(() => {
      this.#inFlight--;
      if (this.#inFlight === 0) this.#upstream.pause(false);
    });
  }
}

function parseJson(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
