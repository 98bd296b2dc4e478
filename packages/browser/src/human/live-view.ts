/** One person's view of a caller's browser: pictures, what the agent asks for, and the person's input. */
import { type Log, type SocketConnection, ToolError } from '@sandlot/core';
import type { Browsers } from '../pages/browsers.ts';
import { describeDialog } from '../pages/look.ts';
import type { Session } from '../pages/session.ts';
import type { Tab } from '../pages/tab.ts';
import { giveInput } from './input.ts';
import { parseMessage, type HumanMessage } from './messages.ts';
import { type ScreencastOptions, startScreencast } from './screencast.ts';
import type { Takeover } from './takeover.ts';

/** What a view works with. */
export interface LiveViewEnv {
  readonly browsers: Browsers;
  readonly principal: string;
  readonly pictures: ScreencastOptions;
  readonly log: Log;
}

/** Serves a person until the connection ends. */
export async function serveLiveView(env: LiveViewEnv, connection: SocketConnection): Promise<void> {
  const view = new LiveView(env, connection);
  await view.run();
}

class LiveView {
  readonly #env: LiveViewEnv;
  readonly #connection: SocketConnection;
  readonly #takeover: Takeover;
  /** The tab that the person chose; else the agent's current one. */
  #watched: string | undefined;
  #shown: { tab: Tab; ended: AsyncDisposable | undefined } | undefined;
  #told = '';
  #turn: Promise<void> = Promise.resolve();

  constructor(env: LiveViewEnv, connection: SocketConnection) {
    this.#env = env;
    this.#connection = connection;
    this.#takeover = env.browsers.takeover(env.principal);
  }

  async run(): Promise<void> {
    const { signal } = this.#connection;
    this.#connection.onMessage((message) => this.#inTurn(async () => this.#obey(parseMessage(message))));
    using _ = this.#takeover.watch(() => this.#inTurn(async () => this.#refresh()));
    this.#inTurn(async () => this.#refresh());
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#takeover.left(this.#connection);
    await this.#turn;
    await this.#shown?.ended?.[Symbol.asyncDispose]();
  }

  #inTurn(work: () => Promise<void>): void {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      const known = ToolError.is(error);
      if (!known) this.#env.log.warn('live view', { error });
      const message = known ? error.message : error instanceof Error ? (error.message.split('\n')[0] ?? '').slice(0, 300) : 'It failed.';
      void this.#connection.send(JSON.stringify({ type: 'error', message: this.#env.browsers.secrets.hide(message) }));
    });
  }

  async #obey(message: HumanMessage): Promise<void> {
    const takeover = this.#takeover;
    switch (message.type) {
      case 'take': {
        const session = await this.#env.browsers.session(this.#env.principal);
        await session.tab();
        return takeover.take(this.#connection);
      }
      case 'give_back':
        return takeover.giveBack(this.#connection, message.note);
      case 'decline':
        return takeover.decline(message.note);
      case 'note':
        return takeover.note(message.text);
      case 'watch':
        this.#watched = message.tabId;
        return this.#refresh();
      default: {
        takeover.require(this.#connection);
        const tab = this.#tabOf(await this.#session());
        if (!tab) throw new ToolError('FAILED_PRECONDITION', 'No tab is open.');
        // A click that opens a dialog does not come back before the dialog is answered.
        const done = giveInput(tab, message);
        using blocked = tab.listen(['dialog', 'crash', 'closed']);
        await Promise.race([done, blocked.first]);
        done.catch(() => undefined);
        return this.#refresh();
      }
    }
  }

  /** Tells the state when it is another, and shows the right tab. */
  async #refresh(): Promise<void> {
    const session = await this.#session();
    const tab = this.#tabOf(session);
    const { request } = this.#takeover;
    const held = this.#takeover.isHeldBy(this.#connection) ? 'you' : this.#takeover.held ? 'other' : 'agent';
    const tabs = [...(session?.tabs.values() ?? [])].map(({ id, url }) => ({ id, url }));
    const state = {
      type: 'state',
      held,
      request,
      tabs,
      current: session?.current?.id,
      shown: tab?.id,
      dialog: tab?.dialog && describeDialog(tab),
    };
    const text = this.#env.browsers.secrets.hide(JSON.stringify(state));
    if (text !== this.#told) await this.#connection.send((this.#told = text));
    if (tab !== this.#shown?.tab) await this.#show(tab);
  }

  async #show(tab: Tab | undefined): Promise<void> {
    await this.#shown?.ended?.[Symbol.asyncDispose]();
    this.#shown = tab && { tab, ended: undefined };
    if (!tab || this.#connection.signal.aborted) return;
    const ended = await startScreencast(tab.page, this.#env.pictures, async ({ jpeg, width, height }) => {
      if (this.#shown?.tab !== tab) return;
      void this.#connection.send(JSON.stringify({ type: 'frame', tabId: tab.id, width, height }));
      await this.#connection.send(jpeg);
    });
    this.#shown = { tab, ended };
  }

  async #session(): Promise<Session | undefined> {
    return this.#env.browsers.existing(this.#env.principal);
  }

  #tabOf(session: Session | undefined): Tab | undefined {
    return (this.#watched === undefined ? undefined : session?.tabs.get(this.#watched)) ?? session?.current;
  }
}
