/** Turns a client's command into what the browser gets. */
import { ToolError } from '@sandlot/core';
import { type Command, text } from './messages.ts';
import type { Owned } from './owned.ts';
import type { RelayEnv } from './relay.ts';
import { judge } from './rules.ts';
import type { Upstream } from './upstream.ts';

type Values = Record<string, unknown>;

/** What to do with a command. */
export type Prepared =
  | { readonly answer: Values }
  /** Parameters to send; `after` makes the answer of the client from that of the browser. */
  | { readonly send: Values; readonly after?: (result: Values) => Values };

const nothing: Prepared = { answer: {} };

export class Commands {
  readonly #env: RelayEnv;
  readonly #owned: Owned;
  readonly #upstream: Upstream;

  constructor(env: RelayEnv, owned: Owned, upstream: Upstream) {
    this.#env = env;
    this.#owned = owned;
    this.#upstream = upstream;
  }

  /** @throws ToolError when the client may not do this */
  async prepare(command: Command): Promise<Prepared> {
    const { method, params, sessionId } = command;
    const target = sessionId === undefined ? this.#env.targetId : this.#owned.targetOf(sessionId);
    if (sessionId !== undefined && !this.#owned.hasSession(sessionId)) throw refusal(`No session "${sessionId}".`);
    const verdict = judge(command, target !== undefined);
    switch (verdict.do) {
      case 'pass':
        return { send: params, after: (result) => this.#filtered(method, result) };
      case 'ignore':
        return nothing;
      case 'refuse':
        throw refusal(verdict.reason);
      case 'in-context':
        return { send: this.#inContext(params) };
      case 'own-target':
        // Without an id it is about whatever the connection is to.
        if ('targetId' in params) await this.#requireOwn(text(params, 'targetId'));
        return { send: params };
      case 'files':
        return { send: await this.#withFiles(params, verdict.paths) };
      case 'special':
        return this.#special(method, params, target);
    }
  }

  async #special(method: string, params: Values, target: string | undefined): Promise<Prepared> {
    const owned = this.#owned;
    switch (method) {
      // Closing the browser closes this connection only.
      case 'Browser.close':
        return nothing;
      // Downloads of the owner go to the workspace, whatever a client says.
      case 'Browser.setDownloadBehavior':
        return owned.made.has(text(params, 'browserContextId') ?? '') ? { send: params } : nothing;
      // The agent answers the dialogs of its pages, and a person picks files: a client without a listener must not.
      case 'Page.handleJavaScriptDialog':
      case 'Page.setInterceptFileChooserDialog':
      case 'Page.crash':
        return owned.hasOpened(target) ? { send: params } : nothing;
      case 'Browser.getWindowForTarget':
        await this.#requireOwn(text(params, 'targetId') ?? target);
        return { send: params, after: (result) => (owned.windows.add(Number(result['windowId'])), result) };
      case 'Browser.getWindowBounds':
      case 'Browser.setWindowBounds':
        if (!owned.windows.has(Number(params['windowId']))) throw refusal(`No window ${String(params['windowId'])}.`);
        return { send: params };
      case 'Target.detachFromTarget':
        if (!owned.hasSession(text(params, 'sessionId') ?? '')) throw refusal('No such session.');
        return { send: params };
      case 'Target.setAutoAttach':
        if (params['autoAttach'] === true) requireFlat(params);
        return { send: params };
      case 'Target.attachToBrowserTarget':
        owned.expectBrowserSession();
        return { send: params };
      case 'Target.attachToTarget': {
        requireFlat(params);
        const targetId = text(params, 'targetId') ?? '';
        await this.#requireOwn(targetId);
        return { send: params, after: (result) => (owned.attached(text(result, 'sessionId') ?? '', targetId), result) };
      }
      case 'Target.createTarget':
        return {
          send: this.#inContext(params),
          after: (result) => (owned.opened(text(result, 'targetId') ?? ''), result),
        };
      case 'Target.createBrowserContext':
        // A proxy of its own would lead around the network policy.
        return {
          send: { disposeOnDetach: true, ...this.#proxy() },
          after: (result) => (owned.made.add(text(result, 'browserContextId') ?? ''), result),
        };
      case 'Target.disposeBrowserContext':
        if (!owned.made.has(text(params, 'browserContextId') ?? '')) throw refusal('This context was not made on this connection.');
        return { send: params };
      case 'Target.closeTarget':
      case 'Page.close': {
        const closed = text(params, 'targetId') ?? target ?? '';
        await this.#requireOwn(closed);
        await this.#keepLast(closed);
        return { send: params };
      }
      default:
        throw refusal(`${method} is not known here.`);
    }
  }

  #proxy(): Values {
    const { proxy } = this.#env;
    return proxy ? { proxyServer: proxy.server, proxyBypassList: proxy.bypass } : {};
  }

  /** Lists show the client's own. */
  #filtered(method: string, result: Values): Values {
    if (method === 'Target.getTargets') return { ...result, targetInfos: this.#owned.pick(result['targetInfos']) };
    if (method === 'Target.getBrowserContexts') return { browserContextIds: [...this.#owned.made] };
    return result;
  }

  /** The browser takes no id for the context of its own windows. */
  #inContext({ browserContextId, ...rest }: Values): Values {
    const id = browserContextId === undefined || browserContextId === '' ? this.#env.contextId : browserContextId;
    if (typeof id !== 'string' || !this.#owned.hasContext(id)) throw refusal(`No browser context ${JSON.stringify(id)}.`);
    return this.#env.isProfile && id === this.#env.contextId ? rest : { ...rest, browserContextId: id };
  }

  async #requireOwn(targetId: string | undefined): Promise<void> {
    if (targetId === undefined || !(await this.#owned.hasTarget(targetId))) throw refusal(`No target "${targetId ?? ''}".`);
  }

  /** The browser would end with its last tab. */
  async #keepLast(closing: string): Promise<void> {
    if (!this.#env.isProfile) return;
    const { result } = await this.#upstream.ask('Target.getTargets');
    const others = this.#owned.pick(result?.['targetInfos']).filter(({ type, targetId }) => type === 'page' && targetId !== closing);
    if (others.length === 0) await this.#upstream.ask('Target.createTarget', { url: 'about:blank' });
  }

  async #withFiles(params: Values, paths: readonly string[]): Promise<Values> {
    const files = await this.#env.files(paths);
    return 'files' in params
      ? { ...params, files }
      : { ...params, data: { ...(typeof params['data'] === 'object' && params['data']), files } };
  }
}

function requireFlat(params: Values): void {
  if (params['flatten'] !== true) throw refusal('Only flat sessions ("flatten": true) are served.');
}

function refusal(message: string): ToolError {
  return new ToolError('PERMISSION_DENIED', message);
}
