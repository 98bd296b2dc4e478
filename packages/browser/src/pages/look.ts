/** Takes a turn in a tab, and gives up when the page cannot go on. */
import { ToolError } from '@sandlot/core';
import { crashed, toFailure } from './failures.ts';
import { requireResponse } from './responsive.ts';
import type { Session } from './session.ts';
import { clean } from './snapshot.ts';
import { blockers, type Tab } from './tab.ts';

/** Which tab, and until when. */
export interface LookOptions {
  readonly tabId?: string | undefined;
  readonly signal: AbortSignal;
}

/** Runs something that only looks; ends with an error when a dialog opens or the page dies meanwhile. */
export async function look<T>(session: Session, options: LookOptions, work: (tab: Tab) => Promise<T>): Promise<T> {
  using _ = session.hold();
  const tab = await session.tab(options.tabId);
  return await tab.inTurn(async () => {
    options.signal.throwIfAborted();
    refuseDialog(tab);
    await requireResponse(tab);
    try {
      const done = await unlessBlocked(tab, work(tab), options.signal);
      if (done) return done.value;
    } catch (error) {
      throw session.secrets.hideIn(toFailure(error, tab));
    }
    refuseDialog(tab);
    throw crashed(tab);
  });
}

/**
 * Waits for the work. When the page cannot go on (a dialog, a crash) the work is left behind and there is no value.
 *
 * @throws the signal's reason when it aborts
 */
export async function unlessBlocked<T>(tab: Tab, working: Promise<T>, signal?: AbortSignal): Promise<{ value: T } | undefined> {
  // Left behind, it may fail later; nobody waits for it then.
  working.catch(() => undefined);
  if (tab.dialog || tab.crashed) return undefined;
  using blocked = tab.listen(blockers);
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([working.then((value) => ({ value })), blocked.first.then(() => undefined), gone]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** While a dialog is open its page does not answer. */
export function refuseDialog(tab: Tab): void {
  if (!tab.dialog) return;
  throw new ToolError('FAILED_PRECONDITION', `In tab ${tab.id} a dialog is open (${describeDialog(tab)}).`, {
    advice: 'Answer it with browser_handle_dialog.',
  });
}

/** Kind and text of the open dialog. */
export function describeDialog({ dialog }: Tab): string {
  return dialog ? `${dialog.type()}: ${clean(dialog.message()).slice(0, 500)}` : '';
}
