/** Runs an action in a tab, waits for its effect, and reports. */
import { crashed, toFailure } from './failures.ts';
import { type LookOptions, refuseDialog, unlessBlocked } from './look.ts';
import { makeReport, type Report, type SnapshotMode } from './report.ts';
import { requireResponse } from './responsive.ts';
import type { Session } from './session.ts';
import { settle } from './settle.ts';
import { takeSnapshot, unlessTooLarge } from './snapshot.ts';
import { interruptions, type Tab } from './tab.ts';
import { RequestSpans } from './request-spans.ts';

/** How an action is run. */
export interface ActOptions extends LookOptions {
  /** Default `diff`. */
  readonly snapshot?: SnapshotMode | undefined;
  /** True for what may run while a dialog is open. Default false. */
  readonly throughDialog?: boolean;
  /** Most characters of the page in the answer. Default 1,000. */
  readonly maxChars?: number;
}

/** A download that ends this soon is reported as completed. */
const downloadGraceMs = 1_000;

/** Runs `work` in the tab, in its turn, and tells what it did. */
export async function act(session: Session, options: ActOptions, work: (tab: Tab) => Promise<void>): Promise<Report> {
  const { signal, snapshot = 'diff' } = options;
  using _ = session.hold();
  const tab = await session.tab(options.tabId);
  return await tab.inTurn(async () => {
    signal.throwIfAborted();
    if (!options.throughDialog) refuseDialog(tab);
    await requireResponse(tab);
    try {
      await session.profile?.downloads?.claim();
      using _action = await tab.forAction();
      if (snapshot === 'diff') await lookFirst(tab, signal);
      const mark = tab.activity.mark();
      using _requests = RequestSpans.of(tab.page);
      using interrupted = tab.listen(interruptions);
      await unlessBlocked(tab, work(tab), signal);
      if (!tab.dialog && !tab.page.isClosed()) await settle(tab, mark, interrupted.first, signal);
      signal.throwIfAborted();
      if (tab.crashed) throw crashed(tab);
      if (tab.page.isClosed()) await refuseGone(tab);
      await session.downloads.settled(session.untold, downloadGraceMs, signal);
      return await makeReport(session, tab, snapshot, options.maxChars ?? 1_000, signal);
    } catch (error) {
      throw session.secrets.hideIn(toFailure(error, tab));
    }
  });
}

/** A page may close itself; one that went with its browser is a failure. */
async function refuseGone(tab: Tab): Promise<void> {
  // The browser's end is reported right after that of its pages.
  await new Promise((resolve) => setImmediate(resolve));
  if (tab.page.context().browser()?.isConnected() === false) throw new Error('The browser has been closed');
}

/** A caller that has not seen this document gets the changes since now. */
async function lookFirst(tab: Tab, signal: AbortSignal): Promise<void> {
  if (tab.dialog || tab.seenNow || tab.page.url() === 'about:blank') return;
  const shot = await unlessBlocked(tab, unlessTooLarge(takeSnapshot(tab.page, false, signal)), signal);
  if (shot?.value) tab.saw(shot.value);
}
