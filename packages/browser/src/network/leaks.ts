/** Looks whether a browser that somebody else started sends everything through the filtering proxy. */
import { randomUUID } from 'node:crypto';
import { text } from '../cdp/messages.ts';
import { Upstream } from '../cdp/upstream.ts';
import type { FilteringProxy } from './proxy.ts';

/** Chromium leaves addresses of this machine out of its proxy unless this rule takes them back. */
export const proxyBypass = '<-loopback>';
/** Real-time connections go past every proxy unless they are told not to. */
export const webRtcFlags = [
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
] as const;

/** What {@link findLeaks} calls the way that fails when a browser does not reach the proxy at all. */
export const pagesWay = 'http pages';

/** Flags with which a Chromium sends everything through the proxy at `url`. */
export function proxyFlags(url: string): string[] {
  return [`--proxy-server=${url}`, `--proxy-bypass-list=${proxyBypass}`, '--disable-quic', ...webRtcFlags];
}

/**
 * What goes past the proxy, as words for a warning; empty when nothing does. Asks the browser to open addresses that only
 * the proxy can know of, in a page that nobody sees.
 *
 * @param webSocketUrl the browser's
 * @param context `own` tries a context that is given the proxy, `profile` that of the browser's own windows
 */
export async function findLeaks(webSocketUrl: string, proxy: FilteringProxy, context: 'own' | 'profile'): Promise<string[]> {
  const browser = await Upstream.open(webSocketUrl);
  try {
    const leaks = (await flagsOf(browser)).includes(webRtcFlags[1]) ? [] : ['real-time connections (WebRTC)'];
    const browserContextId = context === 'own' ? await makeContext(browser, proxy) : undefined;
    const created = await browser.ask('Target.createTarget', {
      url: 'about:blank',
      hidden: true,
      background: true,
      ...(browserContextId !== undefined && { browserContextId }),
    });
    const targetId = text(created.result, 'targetId');
    const { result } = await browser.ask('Target.attachToTarget', { targetId, flatten: true });
    for (const [what, addressOf] of ways) {
      using word = proxy.watch(`sandlot-${randomUUID()}`);
      await browser.ask('Page.navigate', { url: addressOf(word.text, proxy.url) }, text(result, 'sessionId'));
      if (!word.seen()) leaks.push(what);
    }
    await browser.ask('Target.closeTarget', { targetId });
    return leaks;
  } finally {
    browser.close();
  }
}

const ways: readonly (readonly [what: string, address: (word: string, proxy: string) => string])[] = [
  [pagesWay, (word) => `http://${word}.invalid/`],
  ['https pages', (word) => `https://${word}.invalid/`],
  ['addresses of this machine', (word, proxy) => `${proxy}/${word}`],
];

async function makeContext(browser: Upstream, { url: proxyServer }: FilteringProxy): Promise<string | undefined> {
  const context = { disposeOnDetach: true, proxyServer, proxyBypassList: proxyBypass };
  return text((await browser.ask('Target.createBrowserContext', context)).result, 'browserContextId');
}

async function flagsOf(browser: Upstream): Promise<string> {
  return text((await browser.ask('SystemInfo.getInfo')).result, 'commandLine') ?? '';
}
