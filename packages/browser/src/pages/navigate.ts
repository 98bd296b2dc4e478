/** Opens addresses. */
import type { Page, Response } from 'playwright-core';
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { obstructionHeader } from '../network/obstruction.ts';
import { act, type ActOptions } from './act.ts';
import type { Report } from './report.ts';
import { responds } from './responsive.ts';
import type { Session } from './session.ts';
import type { Tab } from './tab.ts';

const allowed: ReadonlySet<string> = new Set(['http:', 'https:', 'data:', 'about:']);
/** After the document is there, what it loads is waited for this long. */
const loadGraceMs = 3_000;
/** The same where the caller wants the network to be quiet. */
const idleGraceMs = 5_000;
/** A new document is shown at more length than the effect of a click. */
const documentChars = 4_000;

/**
 * Opens `address` in a tab and waits until the page is there.
 *
 * @param options `newTab` opens it in a tab of its own; `waitUntil` says what of it has to be there (default `load`)
 */
export async function navigate(
  session: Session,
  address: string,
  { newTab, waitUntil = 'load', ...options }: ActOptions & { newTab?: boolean | undefined; waitUntil?: WaitUntil | undefined },
): Promise<Report> {
  const url = toUrl(address);
  return withSpan(
    'browser.navigate',
    { attributes: { 'url.scheme': url.protocol.slice(0, -1), 'server.address': url.hostname } },
    async () => {
      const tabId = newTab ? (await session.open()).id : await usable(session, options.tabId);
      return act(session, { maxChars: documentChars, ...options, tabId }, async (tab) => goTo(session, tab, url.href, waitUntil));
    },
  );
}

/** What a navigation waits for, always within limits of time. */
export type WaitUntil = 'load' | 'domcontentloaded' | 'networkidle';

/** The tab to navigate: a new one in place of one whose page would never let go. */
async function usable(session: Session, id: string | undefined): Promise<string | undefined> {
  const tab = await session.tab(id);
  if (await responds(tab)) return id;
  return (await session.replace(tab, 'did not answer')).id;
}

/** Moves through the history of a tab; false when there is nothing there. */
export async function travel(session: Session, way: 'back' | 'forward' | 'reload', options: ActOptions): Promise<Report> {
  return withSpan('browser.navigate', { attributes: { 'sandlot.browser.way': way } }, async () =>
    act(session, { maxChars: documentChars, ...options }, async ({ page, id }) => {
      const before = page.url();
      const moved = await page[way === 'back' ? 'goBack' : way === 'forward' ? 'goForward' : 'reload']({ waitUntil: 'domcontentloaded' });
      if (moved === null && way !== 'reload' && page.url() === before) {
        throw new ToolError('FAILED_PRECONDITION', `Tab ${id} has no page to go ${way} to.`, { advice: 'Use browser_navigate.' });
      }
    }),
  );
}

async function goTo(session: Session, tab: Tab, url: string, waitUntil: WaitUntil): Promise<void> {
  const { page, document } = tab;
  using download = tab.listen(['download']);
  try {
    const response = await open(page, url);
    if (response?.headers()[obstructionHeader] !== undefined) refuseObstructed(session, response.url());
  } catch (error) {
    if (isNetworkFailure(error)) await errorPageAfter(tab, document);
    const tunnel = error instanceof Error ? /ERR_TUNNEL_CONNECTION_FAILED at (\S+)/.exec(error.message)?.[1] : undefined;
    if (tunnel !== undefined) refuseObstructed(session, tunnel);
    // A download instead of a page ends the navigation: the report tells of it.
    const aborted = error instanceof Error && /ERR_ABORTED|Download is starting/.test(error.message);
    if (!aborted || (await Promise.race([download.first, later(500)])) !== 'download') throw error;
    return;
  }
  if (waitUntil === 'domcontentloaded') return;
  const timeout = waitUntil === 'load' ? loadGraceMs : idleGraceMs;
  await page.waitForLoadState(waitUntil, { timeout }).catch(() => undefined);
}

function isNetworkFailure(error: unknown): boolean {
  return error instanceof Error && /net::ERR_(?!ABORTED)/.test(error.message);
}

/** Chromium shows its error page some time after the failure; a navigation that starts before that would be taken for interrupted. */
async function errorPageAfter(tab: Tab, document: number): Promise<void> {
  const deadline = performance.now() + loadGraceMs;
  while (tab.document === document && performance.now() < deadline) {
    await tab.page.waitForEvent('framenavigated', { timeout: 100 }).catch(() => undefined);
  }
}

/** The error page of a navigation that a script of the page began may come now, and in this one's way. */
async function open(page: Page, url: string, tries = 5): Promise<Response | null> {
  try {
    return await page.goto(url, { waitUntil: 'domcontentloaded' });
  } catch (error) {
    const isInterrupted = error instanceof Error && error.message.includes('is interrupted by another navigation to "chrome-error:');
    if (!isInterrupted) throw error;
    if (tries <= 1)
      throw new ToolError('UNAVAILABLE', `${url.slice(0, 300)} was interrupted by the error page of the page before.`, { cause: error });
    await page.waitForURL(/^chrome-error:/, { timeout: loadGraceMs }).catch(() => undefined);
    return open(page, url, tries - 1);
  }
}

/** Says why the proxy did not connect; a site that only claims so is not believed. */
function refuseObstructed(session: Session, address: string): void {
  const host = URL.parse(address)
    ?.hostname.replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  const obstruction = session.obstruction(host ?? '');
  if (!obstruction) return;
  const { refused, reason } = obstruction;
  const shown = address.slice(0, 300);
  if (!refused) throw new ToolError('UNAVAILABLE', `${shown} could not be opened: ${reason}.`, { advice: 'Check the address.' });
  throw new ToolError('PERMISSION_DENIED', `${shown} was refused by the network policy: ${reason}.`, {
    advice: 'Use another address. Who runs the server can allow it with --allowed-hosts.',
  });
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}

/** Checks an address. Without a scheme it is taken as https, or http on this machine. */
export function toUrl(address: string): URL {
  const text = address.trim();
  const local = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:[/?#]|$)/.test(text);
  const bare = !/^[a-z][a-z\d+.-]*:(?!\d)/i.test(text);
  const url = URL.parse(bare ? `${local ? 'http' : 'https'}://${text}` : text);
  if (!url) throw new ToolError('INVALID_ARGUMENT', `"${address.slice(0, 200)}" is not a URL.`);
  if (!allowed.has(url.protocol) || (url.protocol === 'about:' && url.href !== 'about:blank')) {
    throw new ToolError('PERMISSION_DENIED', `"${address.slice(0, 200)}" may not be opened: ${url.protocol} addresses are refused.`, {
      advice: 'Use http, https or data addresses; files of the workspace are read with the file tools.',
    });
  }
  return url;
}
