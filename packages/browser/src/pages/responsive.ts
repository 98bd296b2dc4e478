/** Pages whose script runs without end: they answer nothing, and would hold up whoever waits for them. */
import { ToolError } from '@sandlot/core';
import type { Page } from 'playwright-core';
import { settlesWithin } from './patience.ts';
import { blockers, type Tab } from './tab.ts';

const patienceMs = 4_000;

/** True unless the page leaves a question unanswered that costs it nothing. */
export async function responds(tab: Tab): Promise<boolean> {
  const { page, dialog, crashed } = tab;
  if (dialog || crashed || page.isClosed()) return true;
  using blocked = tab.listen(blockers);
  return await settlesWithin(Promise.race([page.evaluate(() => true), blocked.first]), patienceMs);
}

/** @throws ToolError UNAVAILABLE when the page does not answer, unless a dialog opens meanwhile, which stops it too */
export async function requireResponse(tab: Tab): Promise<void> {
  if ((await responds(tab)) || tab.dialog) return;
  throw new ToolError('UNAVAILABLE', `The page in tab ${tab.id} does not answer: a script in it runs without end.`, {
    advice: 'Open an address with browser_navigate: an empty tab takes its place.',
  });
}

/** Ends a page that may be past answering. */
export async function endPage(page: Page): Promise<void> {
  try {
    const cdp = await page.context().newCDPSession(page);
    // It is never answered: the process is gone.
    void cdp.send('Page.crash').catch(() => undefined);
  } catch {
    // It is gone already.
  }
  await page.close().catch(() => undefined);
}
