/** The tabs of a caller. */
import { ToolError } from '@sandlot/core';
import { unlessBlocked } from './look.ts';
import { navigate, toUrl } from './navigate.ts';
import type { Session } from './session.ts';
import type { Tab } from './tab.ts';

/** The open tabs. */
export interface TabList {
  readonly current?: string;
  readonly tabs: { tabId: string; url: string; title: string }[];
  readonly events: readonly string[];
}

/** Which tab, by id or by place in the list. */
export interface TabChoice {
  readonly tabId?: string | undefined;
  readonly index?: number | undefined;
  /** Address for a new tab. */
  readonly url?: string | undefined;
  readonly signal: AbortSignal;
}

/** Opens, closes or selects a tab; always answers with the list. */
export async function changeTabs(session: Session, action: 'list' | 'new' | 'close' | 'select', choice: TabChoice): Promise<TabList> {
  let events: readonly string[] = [];
  if (action === 'new') {
    const address = choice.url === undefined ? undefined : toUrl(choice.url).href;
    if (address === undefined) await session.open();
    else ({ events } = await navigate(session, address, { newTab: true, snapshot: 'none', signal: choice.signal }));
  }
  if (action === 'close' || action === 'select') {
    const tab = await chosen(session, choice);
    if (action === 'select') await select(session, tab);
    else await session.closeTab(tab);
  }
  const tabs = await Promise.all([...session.tabs.values()].map(describe));
  return { ...(session.current && { current: session.current.id }), tabs, events };
}

async function chosen(session: Session, { tabId, index }: TabChoice): Promise<Tab> {
  if (index === undefined) return session.tab(tabId);
  const tab = [...session.tabs.values()][index];
  if (!tab)
    throw new ToolError('NOT_FOUND', `No tab at index ${index}; ${session.tabs.size} tabs are open.`, {
      advice: 'List the tabs with action "list".',
    });
  return tab;
}

async function select(session: Session, tab: Tab): Promise<void> {
  session.current = tab;
  if (!tab.dialog) await tab.page.bringToFront();
}

async function describe(tab: Tab): Promise<{ tabId: string; url: string; title: string }> {
  const title = await unlessBlocked(tab, tab.page.title()).catch(() => undefined);
  const shown = tab.dialog ? 'a dialog is open' : tab.crashed ? 'crashed' : (title?.value ?? '');
  return { tabId: tab.id, url: tab.page.url().slice(0, 500), title: shown.slice(0, 200) };
}
