/** Waits, by event and not by clock, until an action has shown its effect. */
import type { Frame } from 'playwright-core';
import { domQuiet } from '../in-page/quiet.ts';
import type { Tab } from './tab.ts';

/** The document counts as quiet when nothing changed for this long. */
const quietMs = 50;
/** Most time for the effect of an action inside its document, and for a document that it navigates to. */
const actionCapMs = 2_000;
const navigationCapMs = 5_000;
/** A document that never gets quiet is not waited for longer than this once its requests are done. */
const restlessCapMs = 400;
const framesWatched = 4;

/**
 * Waits until the document is quiet and no request of the action is open; leaves at once when `interrupted` resolves.
 *
 * @param mark the activity mark from before the action
 */
export async function settle(tab: Tab, mark: number, interrupted: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const stop = new AbortController();
  const left = () => (tab.navigating ? navigationCapMs : actionCapMs) - (performance.now() - started);
  const gone = Promise.race([interrupted, aborted(signal)]).then(() => stop.abort());
  try {
    while (!stop.signal.aborted && left() > 0) {
      await Promise.race([gone, delay(left(), stop.signal), tab.activity.idleSince(mark)]);
      if (stop.signal.aborted) return;
      const { document } = tab;
      await Promise.race([gone, delay(left(), stop.signal), quiet(tab, Math.min(restlessCapMs, Math.max(1, left())))]);
      if (tab.activity.openSince(mark) === 0 && !tab.navigating && tab.document === document) return;
    }
  } finally {
    stop.abort();
  }
}

async function quiet(tab: Tab, mostMs: number): Promise<void> {
  const { page } = tab;
  if (tab.navigating) return tab.navigated();
  await Promise.all(
    page
      .frames()
      .slice(0, framesWatched)
      .map((frame) => quietFrame(frame, mostMs)),
  );
}

/** A frame that navigates away meanwhile loses its document; what comes next is the loop's business. */
async function quietFrame(frame: Frame, mostMs: number): Promise<void> {
  await frame.evaluate(domQuiet, { quietMs, mostMs }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
