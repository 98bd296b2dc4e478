/** The HTTP side of the endpoint for clients from outside: what `/json` of a debugging port tells, of the owner's targets only. */
import { ToolError } from '@sandlot/core';
import type { Page } from 'playwright-core';
import type { Attached } from '../pages/attach.ts';
import type { Browsers } from '../pages/browsers.ts';
import type { Session } from '../pages/session.ts';
import { targetIn, type TargetInfo } from './messages.ts';
import { cdpPaths } from './paths.ts';
import { openRelay, type RelayEnv } from './relay.ts';

/** Serves a client that asks as `principal`. @param targetId the page, for a client that wants one only */
export async function relayFor(browsers: Browsers, principal: string, targetId?: string): ReturnType<typeof openRelay> {
  const { session, attached, contextId } = await owner(browsers, principal);
  const env: Omit<RelayEnv, 'url'> = {
    contextId,
    isProfile: session.profile !== undefined,
    proxy: await browsers.contextProxy(),
    files: (paths) => session.files.existing(paths),
  };
  if (targetId === undefined) return openRelay({ ...env, url: attached.webSocketUrl });
  if ((await targets(session, contextId)).every((target) => target.targetId !== targetId)) {
    throw new ToolError('NOT_FOUND', `No page "${targetId}".`, { advice: 'List the pages at json/list.' });
  }
  const url = attached.webSocketUrl.replace(/\/devtools\/browser\/.*$/, `/devtools/page/${encodeURIComponent(targetId)}`);
  return openRelay({ ...env, url, targetId });
}

/** Answers `json/version` and `json/list`. @param ws `ws://host:port` at which the client reached us */
export async function describeEndpoint(browsers: Browsers, principal: string, what: string, ws: string): Promise<unknown> {
  const { session, contextId } = await owner(browsers, principal);
  if (what === 'version') {
    const version = session.context.browser()?.version() ?? '';
    return { Browser: `Chrome/${version}`, 'Protocol-Version': '1.3', webSocketDebuggerUrl: `${ws}${cdpPaths.browser}` };
  }
  return (await targets(session, contextId)).map(({ targetId: id, type, url, title = '' }) => ({
    id,
    type,
    title,
    url,
    webSocketDebuggerUrl: `${ws}${cdpPaths.page}?target=${id}`,
  }));
}

async function owner(browsers: Browsers, principal: string): Promise<{ session: Session; attached: Attached; contextId: string }> {
  const session = await browsers.session(principal);
  const attached = await browsers.attached();
  if (!attached) {
    throw new ToolError('FAILED_PRECONDITION', 'This browser is driven by a pipe; it has no endpoint for others.', {
      advice: 'Start the server with --cdp-endpoint and a Chromium that runs on its own.',
    });
  }
  const { page } = await session.tab();
  const { browserContextId = '' } = await infoOf(page);
  return { session, attached, contextId: browserContextId };
}

async function targets(session: Session, contextId: string): Promise<(TargetInfo & { title?: string })[]> {
  const infos = await Promise.all(session.context.pages().map((page) => infoOf(page).catch(() => undefined)));
  return infos.flatMap((info) => (info?.browserContextId === contextId ? [info] : []));
}

async function infoOf(page: Page): Promise<TargetInfo & { title?: string }> {
  const cdp = await page.context().newCDPSession(page);
  try {
    const { targetInfo } = await cdp.send('Target.getTargetInfo');
    const info = targetIn({ targetInfo });
    if (!info) throw new ToolError('INTERNAL', 'A page has no target.');
    return { ...info, title: targetInfo.title };
  } finally {
    await cdp.detach().catch(() => undefined);
  }
}
