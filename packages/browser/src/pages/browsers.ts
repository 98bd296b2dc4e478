/** The server's state: one Chromium, started at its first use and again after it died, with a session per caller. */
import { type Log, ToolError } from '@sandlot/core';
import type { BrowserContext } from 'playwright-core';
import type { BrowserOptions } from '../options.ts';
import { Takeover } from '../human/takeover.ts';
import { pagesWay, proxyBypass } from '../network/leaks.ts';
import type { FilteringProxy } from '../network/proxy.ts';
import { startProxy } from '../network/start.ts';
import type { Display } from '../display/display.ts';
import { attachChromium, leakWarning } from './attach.ts';
import { contextOptions, prepareContext } from './context-options.ts';
import { type Launched, launchChromium } from './launch.ts';
import type { Secrets } from './secrets.ts';
import { Session } from './session.ts';

/** What the browsers work with. */
export interface BrowsersEnv {
  readonly workspace: string;
  readonly options: BrowserOptions;
  readonly log: Log;
  readonly secrets: Secrets;
}

export class Browsers implements AsyncDisposable {
  readonly #env: BrowsersEnv;
  readonly #sessions = new Map<string, Promise<Session>>();
  /** Callers whose session was lost with the browser, to be told. */
  readonly #bereft = new Set<string>();
  readonly #takeovers = new Map<string, Takeover>();
  readonly #idle: NodeJS.Timeout;
  /** Who has the kept profile, as long as the server lives: nobody else inherits the logins. */
  #holder: string | undefined;
  #launched: Promise<Launched> | undefined;
  /** A proxy that others rely on outlives the browser. */
  readonly #standingProxy: Promise<FilteringProxy> | undefined;
  /** People who look at the display. */
  #watching = 0;
  #closed = false;
  #closingIdle = false;

  constructor(env: BrowsersEnv) {
    this.#env = env;
    const { idleTimeout, networkPolicy, proxyPort } = env.options;
    this.#standingProxy = networkPolicy && proxyPort !== undefined ? startProxy(env.options) : undefined;
    this.#standingProxy?.catch((error: unknown) => env.log.error('the filtering proxy', { error }));
    this.#idle = setInterval(() => void this.#closeIdle(), Math.min(60_000, Math.max(50, idleTimeout / 4))).unref();
  }

  /** The session of a caller; starts what is missing. */
  async session(principal: string): Promise<Session> {
    let opening = this.#sessions.get(principal);
    if (!opening) {
      opening = this.#open(principal);
      this.#sessions.set(principal, opening);
      opening.then(
        () => this.takeover(principal).changed(),
        () => this.#sessions.delete(principal),
      );
    }
    const session = await opening;
    session.lastUsed = Date.now();
    return session;
  }

  /** The session of a caller, if there is one. */
  async existing(principal: string): Promise<Session | undefined> {
    return this.#sessions.get(principal);
  }

  /** Who acts in the browser of a caller, agent or person. */
  takeover(principal: string): Takeover {
    const known = this.#takeovers.get(principal) ?? new Takeover();
    this.#takeovers.set(principal, known);
    return known;
  }

  /** True while somebody would miss the server: a person has taken over, or a browser goes through its proxy. */
  get needed(): boolean {
    return this.#watching > 0 || this.#standingProxy !== undefined || [...this.#takeovers.values()].some(({ held }) => held);
  }

  /**
   * The display that the browser's windows are on; starts what is missing.
   *
   * @throws ToolError FAILED_PRECONDITION when the browser has none
   */
  async display(): Promise<Display> {
    const { display } = await this.#launch();
    if (display) return display;
    throw new ToolError('FAILED_PRECONDITION', 'The browser runs without a display that can be watched.', {
      advice: 'Start the browser server with --display (SANDLOT_BROWSER_DISPLAY=true), or use the live view.',
    });
  }

  /** Somebody looks at the display until it is disposed of: nothing is closed for being idle. */
  watching(): Disposable {
    this.#watching++;
    return { [Symbol.dispose]: () => void this.#watching-- };
  }

  /** Values that the agent types by name. */
  get secrets(): Secrets {
    return this.#env.secrets;
  }

  /** Closes a caller's tabs and forgets its cookies. */
  async closeSession(principal: string): Promise<boolean> {
    const opening = this.#sessions.get(principal);
    if (!opening) return false;
    this.#sessions.delete(principal);
    await (await opening).close();
    return true;
  }

  /** Whether Chromium's own sandbox is on; undefined while none runs. */
  async sandbox(): Promise<Launched['sandbox'] | undefined> {
    return (await this.#launched)?.sandbox;
  }

  /** Whether the network policy holds for this caller, and what to tell when it does not; undefined while no browser runs. */
  async policy(principal: string): Promise<{ readonly holds: boolean; readonly warning?: string } | undefined> {
    const launched = await this.#launched;
    if (!launched) return undefined;
    const warning = this.#warningFor(launched, this.#hasProfile(principal, launched));
    return { holds: launched.proxy !== undefined && warning === undefined, ...(warning !== undefined && { warning }) };
  }

  /** The filtering proxy, when the browser does not go through it by itself. */
  async contextProxy(): Promise<{ server: string; bypass: string } | undefined> {
    const launched = await this.#launched;
    return launched && proxyOf(launched);
  }

  /** The browser that was attached to; undefined when it was started here, or none runs. */
  async attached(): Promise<Launched['attached']> {
    return (await this.#launched)?.attached;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#idle);
    for (const opening of this.#sessions.values()) await (await opening.catch(() => undefined))?.recordings[Symbol.asyncDispose]();
    await this.#closeBrowser();
    await (await this.#standingProxy?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async #open(principal: string): Promise<Session> {
    const { workspace, options, log, secrets } = this.#env;
    const launched = await this.#launch();
    const { sandbox, proxy } = launched;
    const profile = this.#profileFor(principal, launched);
    const own = proxyOf(launched);
    const context = profile ?? (await launched.browser.newContext({ ...contextOptions(options), ...(own && { proxy: own }) }));
    const session = new Session(context, {
      workspace,
      options,
      log,
      secrets,
      changed: () => this.takeover(principal).changed(),
      obstruction: (host) => proxy?.obstruction(host),
      proxy: launched.attached && proxy?.url,
      ...(profile && { profile: { downloads: launched.attached?.downloads } }),
    });
    await prepareContext(context, options);
    if (this.#bereft.delete(principal))
      session.note('The browser had ended unexpectedly and was started anew; its tabs and cookies are gone.');
    for (const warning of [sandbox.warning, this.#warningFor(launched, profile !== undefined)])
      if (warning !== undefined) session.note(`Warning: ${warning}`);
    return session;
  }

  /** The kept profile, for the caller that has it: the first one. */
  #profileFor(principal: string, { profile }: Launched): BrowserContext | undefined {
    if (!profile || this.#env.options.isolated) return undefined;
    this.#holder ??= principal;
    return this.#holder === principal ? profile : undefined;
  }

  #hasProfile(principal: string, { profile }: Launched): boolean {
    return profile !== undefined && !this.#env.options.isolated && this.#holder === principal;
  }

  #warningFor({ leaks }: Launched, isProfile: boolean): string | undefined {
    return leaks && leakWarning(leaks, isProfile ? 'profile' : 'contexts');
  }

  #launch(): Promise<Launched> {
    if (this.#closed) throw new ToolError('UNAVAILABLE', 'The browser server is shutting down.');
    if (this.#launched) return this.#launched;
    const launching = this.#start();
    this.#launched = launching;
    launching.then(
      (launched) => launched.browser.once('disconnected', () => this.#lost(launching, launched)),
      () => this.#launched === launching && (this.#launched = undefined),
    );
    return launching;
  }

  async #start(): Promise<Launched> {
    const { options, log } = this.#env;
    const { cdpEndpoint, networkPolicy } = options;
    const standing = await this.#standingProxy;
    const proxy = networkPolicy ? (standing ?? (await startProxy(options))) : undefined;
    const endProxy = async () => {
      if (!standing) await proxy?.[Symbol.asyncDispose]();
    };
    try {
      const launched = await (cdpEndpoint === undefined ? launchChromium(options, log, proxy) : attachChromium(cdpEndpoint, log, proxy));
      const close = async () => {
        try {
          await launched.close();
        } finally {
          await endProxy();
        }
      };
      return { ...launched, close };
    } catch (error) {
      await endProxy();
      throw error;
    }
  }

  #lost(launching: Promise<Launched>, launched: Launched): void {
    if (this.#launched !== launching) return;
    this.#launched = undefined;
    for (const [principal, opening] of this.#sessions) {
      this.#bereft.add(principal);
      void opening.then(async ({ recordings }) => recordings[Symbol.asyncDispose]()).catch(() => undefined);
    }
    this.#sessions.clear();
    this.#env.log.warn('the browser ended unexpectedly');
    void launched.close().catch(() => undefined);
  }

  async #closeIdle(): Promise<void> {
    if (this.#closingIdle || this.#watching > 0) return;
    this.#closingIdle = true;
    try {
      await this.#closeIdleSessions();
      if (this.#sessions.size === 0) await this.#closeBrowser();
    } catch (error) {
      this.#env.log.warn('closing idle tabs', { error });
    } finally {
      this.#closingIdle = false;
    }
  }

  async #closeIdleSessions(): Promise<void> {
    const since = Date.now() - this.#env.options.idleTimeout;
    for (const [principal, opening] of this.#sessions) {
      const session = await opening.catch(() => undefined);
      if (session && session.lastUsed < since && !session.busy && !this.takeover(principal).held) await this.closeSession(principal);
    }
  }

  async #closeBrowser(): Promise<void> {
    const launching = this.#launched;
    this.#launched = undefined;
    await (await launching?.catch(() => undefined))?.close();
  }
}

/** Where a context has to be told of the proxy: in a browser that knows nothing of it, and from which it can be reached. */
function proxyOf({ proxy, leaks }: Launched): { server: string; bypass: string } | undefined {
  const reachable = leaks && leaks.profile.length > 0 && !leaks.contexts.includes(pagesWay);
  return proxy && reachable ? { server: proxy.url, bypass: proxyBypass } : undefined;
}
