/** Attaches to a Chromium that somebody else started, and shares it without getting into anybody's way. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Log, ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { type Browser, chromium } from 'playwright-core';
import type { Launched } from './launch.ts';
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

/** Attaches to the browser at `endpoint`. @throws ToolError UNAVAILABLE when none answers there */
export async function attachChromium(endpoint: string, log: Log): Promise<Launched> {
  return withSpan('browser.attach', {}, async () => {
    // Without the defaults Playwright leaves downloads, focus and sizes as the browser's own user has them.
    const browser = await connect(endpoint);
    try {
      const [profile] = browser.contexts();
      if (!profile) throw new ToolError('UNAVAILABLE', `The browser at ${endpoint} has no profile.`);
      const cdp = await browser.newBrowserCDPSession();
      const downloads = await SharedDownloads.start(cdp, log);
      const sandbox = await sandboxOf(browser);
      if (sandbox.warning) log.warn(sandbox.warning);
      const webSocketUrl = await toWebSocketUrl(endpoint);
      log.info('browser attached', { version: browser.version(), endpoint });
      const close = async () => {
        await downloads[Symbol.asyncDispose]();
        await browser.close();
      };
      return { browser, sandbox, proxy: undefined, profile, attached: { webSocketUrl, downloads }, close };
    } catch (error) {
      await browser.close().catch(() => undefined);
      throw error;
    }
  });
}

async function connect(endpoint: string): Promise<Browser> {
  for (const deadline = performance.now() + patienceMs; ;) {
    try {
      return await chromium.connectOverCDP(endpoint, { noDefaults: true, isLocal: true, timeout: patienceMs });
    } catch (error) {
      if (performance.now() < deadline && error instanceof Error && /ECONNREFUSED|ECONNRESET|socket hang up/.test(error.message)) {
        await delay(100);
        continue;
      }
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      throw new ToolError('UNAVAILABLE', `No browser answers at ${endpoint}: ${reason.slice(0, 200)}`, {
        cause: error,
        advice: 'Start it with --remote-debugging-port, or correct --cdp-endpoint, then call again.',
      });
    }
  }
}

/** Address of the browser-wide WebSocket, as the browser tells it. */
async function toWebSocketUrl(endpoint: string): Promise<string> {
  if (endpoint.startsWith('ws')) return endpoint;
  const answer: unknown = await (await fetch(new URL('/json/version', endpoint))).json();
  const url = typeof answer === 'object' && answer && 'webSocketDebuggerUrl' in answer ? answer.webSocketDebuggerUrl : undefined;
  if (typeof url !== 'string') throw new ToolError('UNAVAILABLE', `${endpoint} does not tell its WebSocket.`);
  return url;
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
