/** Attaches to a Chromium that somebody else started, and shares it without getting into anybody's way. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Log, ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { type Browser, chromium } from 'playwright-core';
import { findLeaks, proxyFlags } from '../network/leaks.ts';
import type { FilteringProxy } from '../network/proxy.ts';
import type { Launched, Leaks } from './launch.ts';
import type { SandboxDecision } from './sandbox.ts';
import { SharedDownloads } from './shared-downloads.ts';

/** A browser that was attached to. */
export interface Attached {
  /** Address of its browser-wide WebSocket. */
  readonly webSocketUrl: string;
  readonly downloads: SharedDownloads;
}

/** A supervisor that starts a browser again needs a moment. */
const patienceMs = 15_000;

/**
 * Attaches to the browser at `endpoint`.
 *
 * @param proxy through which its pages should go to the network; it is looked at whether they do
 * @throws ToolError UNAVAILABLE when none answers there
 */
export async function attachChromium(endpoint: string, log: Log, proxy: FilteringProxy | undefined): Promise<Launched> {
  return withSpan('browser.attach', {}, async () => {
    // Without the defaults Playwright leaves downloads, focus and sizes as the browser's own user has them.
    const { browser, webSocketUrl } = await connect(endpoint);
    try {
      const [profile] = browser.contexts();
      if (!profile) throw new ToolError('UNAVAILABLE', `The browser at ${endpoint} has no profile.`);
      const cdp = await browser.newBrowserCDPSession();
      const downloads = await SharedDownloads.start(cdp, log);
      const sandbox = await sandboxOf(browser);
      if (sandbox.warning) log.warn(sandbox.warning);
      const leaks = proxy && (await leaksOf(webSocketUrl, proxy));
      if (leaks && leaks.profile.length > 0) log.warn(leakWarning(leaks, 'profile') ?? '');
      log.info('browser attached', { version: browser.version(), endpoint });
      const close = async () => {
        await downloads[Symbol.asyncDispose]();
        await browser.close();
      };
      return { browser, sandbox, proxy, profile, attached: { webSocketUrl, downloads }, close, ...(leaks && { leaks }) };
    } catch (error) {
      await browser.close().catch(() => undefined);
      throw error;
    }
  });
}

/** Says what goes past the proxy, and how it would not; undefined when nothing does. */
export function leakWarning({ flags, ...leaks }: Leaks, of: 'profile' | 'contexts'): string | undefined {
  if (leaks[of].length === 0) return undefined;
  return `The network policy does not hold for this Chromium: ${leaks[of].join(', ')} go past its proxy. Start it with ${flags.join(' ')}.`;
}

async function leaksOf(webSocketUrl: string, proxy: FilteringProxy): Promise<Leaks> {
  const profile = await findLeaks(webSocketUrl, proxy, 'profile');
  const contexts = profile.length === 0 ? [] : await findLeaks(webSocketUrl, proxy, 'own');
  return { profile, contexts, flags: proxyFlags(proxy.url) };
}

async function connect(endpoint: string): Promise<{ browser: Browser; webSocketUrl: string }> {
  for (const deadline = performance.now() + patienceMs; ;) {
    try {
      const webSocketUrl = await toWebSocketUrl(endpoint);
      return {
        webSocketUrl,
        browser: await chromium.connectOverCDP(webSocketUrl, { noDefaults: true, isLocal: true, timeout: patienceMs }),
      };
    } catch (error) {
      const reason = reasonOf(error);
      if (performance.now() < deadline && /ECONNREFUSED|ECONNRESET|socket hang up/.test(reason)) {
        await delay(100);
        continue;
      }
      throw new ToolError('UNAVAILABLE', `No browser answers at ${endpoint}: ${reason.slice(0, 200)}`, {
        cause: error,
        advice: 'Start it with --remote-debugging-port, or correct --cdp-endpoint, then call again.',
      });
    }
  }
}

/** `fetch` has the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `${error.message.split('\n')[0] ?? ''}${code}`;
}

/** Address of the browser-wide WebSocket: the path as the browser tells it, on the host that was given and on no other. */
async function toWebSocketUrl(endpoint: string): Promise<string> {
  if (endpoint.startsWith('ws')) return endpoint;
  const response = await fetch(new URL('/json/version', endpoint), { redirect: 'error', signal: AbortSignal.timeout(patienceMs) });
  const answer: unknown = await response.json();
  const told = typeof answer === 'object' && answer && 'webSocketDebuggerUrl' in answer ? answer.webSocketDebuggerUrl : undefined;
  const path = typeof told === 'string' ? URL.parse(told)?.pathname : undefined;
  if (path === undefined) throw new Error('/json/version does not tell its WebSocket');
  const { protocol, host } = new URL(endpoint);
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${path}`;
}

async function sandboxOf(browser: Browser): Promise<SandboxDecision> {
  const cdp = await browser.newBrowserCDPSession();
  try {
    const { commandLine } = await cdp.send('SystemInfo.getInfo');
    if (!commandLine.includes('--no-sandbox')) return { mode: 'on' };
    return { mode: 'off', warning: 'The attached Chromium runs without its own sandbox (--no-sandbox).' };
  } finally {
    await cdp.detach();
  }
}
