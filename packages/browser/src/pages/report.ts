/** Tells what an action did: the shape of every answer that changes something. */
import { cutText } from './cut.ts';
import { diffLines } from './diff.ts';
import type { DownloadRecord } from './downloads.ts';
import { describeDialog, unlessBlocked } from './look.ts';
import { requireResponse } from './responsive.ts';
import type { Session } from './session.ts';
import { selectLines, takeSnapshot, unlessTooLarge } from './snapshot.ts';
import type { Tab } from './tab.ts';

/** How much of the page an answer shows. */
export type SnapshotMode = 'diff' | 'full' | 'none';

/** What an action did. */
export interface Report {
  readonly tabId: string;
  readonly url: string;
  readonly title: string;
  /** Whether the page looks other than when the caller saw it last. */
  readonly changed: boolean;
  readonly dialog?: string;
  readonly files?: { path: string; bytes: number; state: string }[];
  /** Sentences about what else happened. */
  readonly events: readonly string[];
  /** Part of the page: the changes, or the start of a new document. */
  readonly page?: { readonly kind: 'changes' | 'snapshot'; readonly text: string; readonly left: number; readonly cursor?: string };
}

const fullChars = 39_000;
const popupsShown = 5;

/**
 * Looks at the tab after an action.
 *
 * @param mode how much of the page to show
 * @param most most characters of the page, unless all of it is asked for
 */
export async function makeReport(session: Session, tab: Tab, mode: SnapshotMode, most: number, signal: AbortSignal): Promise<Report> {
  const closed = tab.page.isClosed();
  await requireResponse(tab);
  const [shot, title] = await Promise.all([
    closed || mode === 'none' ? undefined : unlessBlocked(tab, unlessTooLarge(takeSnapshot(tab.page, false, signal)), signal),
    closed ? undefined : unlessBlocked(tab, tab.page.title(), signal),
  ]);
  const sameDocument = tab.seenNow !== undefined;
  const page = shot?.value && showPage(session, tab, shot.value, mode, most);
  if (shot?.value) tab.saw(shot.value);
  if (shot && !shot.value) session.note('The page has too many elements to show: browser_get_markdown, or a selector as target.');
  const { popups, downloads, notes } = session.drain();
  const files = downloads.map(({ path, name, bytes, state }) => ({ path: path ?? name, bytes: bytes ?? 0, state }));
  return {
    tabId: tab.id,
    url: tab.url,
    title: (title?.value ?? '').slice(0, 500),
    changed: !sameDocument || (page?.text ?? '') !== '',
    ...(tab.dialog && { dialog: describeDialog(tab) }),
    ...(files.length > 0 && { files }),
    events: [...notes, ...tabEvents(tab), ...downloads.map(describeDownload), ...describePopups(popups, session)],
    ...(page && { page }),
  };
}

function showPage(session: Session, tab: Tab, lines: readonly string[], mode: SnapshotMode, most: number): Report['page'] {
  const all = lines.join('\n');
  if (mode === 'full') return { kind: 'snapshot', ...cutText(session, all, fullChars) };
  const seen = tab.seenNow;
  if (seen) return { kind: 'changes', ...cutText(session, diffLines(seen, lines).join('\n'), most) };
  if (all.length <= most) return { kind: 'snapshot', text: all, left: 0 };
  return { kind: 'snapshot', ...cutText(session, selectLines(lines, { scope: 'interactive' }).join('\n'), most) };
}

function tabEvents(tab: Tab): string[] {
  const events: string[] = [];
  if (tab.page.isClosed()) return [`Tab ${tab.id} was closed.`];
  if (tab.navigating) events.push('The page is still loading: browser_wait_for.');
  if (tab.chooser) events.push('A file chooser is open: browser_file_upload.');
  const errors = tab.console.newErrors();
  if (errors[0])
    events.push(`${errors.length} console error${errors.length > 1 ? 's' : ''}: ${errors[0].text.split('\n')[0]?.slice(0, 160)}`);
  return events;
}

function describePopups(popups: readonly Tab[], { current }: Session): string[] {
  const open = popups.filter(({ page }) => !page.isClosed());
  const stays = open.map(({ id, page }) => `New tab ${id}: ${page.url().slice(0, 200)} (current stays ${current?.id ?? id})`);
  return stays.length <= popupsShown
    ? stays
    : [...stays.slice(0, popupsShown), `${stays.length - popupsShown} more new tabs: browser_tabs`];
}

function describeDownload({ name, path, bytes, state, reason }: DownloadRecord): string {
  if (state === 'completed') return `Downloaded ${path} (${bytes} bytes)`;
  if (state === 'running') return `Download of ${name} is running: browser_get_download_list {"wait":true}`;
  return `Download of ${name} ${state}${reason ? `: ${reason}` : ''}`;
}
