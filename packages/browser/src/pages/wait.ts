/** Waits for something to show, to go, or to load. */
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import type { Page } from 'playwright-core';
import { act, type ActOptions } from './act.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';

/** What to wait for: all that is given, one after the other. */
export interface WaitFor {
  /** Seconds. */
  readonly time?: number | undefined;
  readonly text?: string | undefined;
  readonly textGone?: string | undefined;
  readonly target?: string | undefined;
  /** Default `visible`. */
  readonly state?: 'visible' | 'hidden' | undefined;
  /** Glob. */
  readonly url?: string | undefined;
  /** Milliseconds for all of it. Default 10,000. */
  readonly timeout?: number | undefined;
}

const mostMs = 600_000;

/** Waits, then reports like an action. */
export async function waitFor(
  session: Session,
  { time, text, textGone, target, state = 'visible', url, timeout = 10_000, ...options }: WaitFor & ActOptions,
): Promise<Report> {
  if ([time, text, textGone, target, url].every((wanted) => wanted === undefined)) {
    throw new ToolError('INVALID_ARGUMENT', 'Nothing to wait for: give time, text, textGone, target or url.');
  }
  return withSpan('browser.wait', {}, async () =>
    act(session, options, async ({ page }) => {
      const { signal } = options;
      const deadline = performance.now() + Math.min(timeout, mostMs);
      const left = () => ({ timeout: Math.max(1, deadline - performance.now()), signal });
      if (time !== undefined) await delay(time * 1_000, undefined, { signal });
      if (url !== undefined)
        await told(page.waitForURL(url, { ...left(), waitUntil: 'domcontentloaded' }), `the URL ${url}; it is ${page.url()}`, timeout);
      if (target !== undefined)
        await told(
          element(page, target)
            .first()
            .waitFor({ state, ...left() }),
          `${target} to be ${state}`,
          timeout,
        );
      if (text !== undefined)
        await told(
          page
            .getByText(text)
            .first()
            .waitFor({ state: 'visible', ...left() }),
          `the text "${text}" to show`,
          timeout,
        );
      if (textGone !== undefined)
        await told(
          page
            .getByText(textGone)
            .first()
            .waitFor({ state: 'hidden', ...left() }),
          `the text "${textGone}" to go`,
          timeout,
        );
    }),
  );
}

/** An element that may not be there yet. */
function element(page: Page, target: string) {
  return /^f?\d*e\d+$/.test(target) ? page.getByRef(target) : page.locator(target);
}

async function told(waiting: Promise<void>, what: string, timeout: number): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
    throw new ToolError('DEADLINE_EXCEEDED', `Waited ${timeout} ms for ${what}.`, {
      cause: error,
      advice: 'Look at the page with browser_snapshot, or allow more time.',
    });
  }
}
