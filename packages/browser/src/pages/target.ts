/** From what a caller names (a ref or a selector) to the element. */
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import type { Locator, Page } from 'playwright-core';
import { findObstacle } from '../in-page/reach.ts';
import { refAdvice } from './failures.ts';

const refPattern = /^(?:ref=)?(f?\d*e\d+)$/;
/** An element that is covered, disabled or not visible may be so for a moment only. */
const patienceMs = { covered: 100, disabled: 1_000, invisible: 1_000 } as const;

/**
 * The element of a target.
 *
 * @param target a ref of the latest snapshot (`e12`, `f2e12`) or a selector
 * @throws ToolError NOT_FOUND for a ref that is no longer in the page, at once
 */
export async function locate(page: Page, target: string): Promise<Locator> {
  const ref = refPattern.exec(target.trim())?.[1];
  const locator = ref === undefined ? page.locator(target) : page.getByRef(ref);
  const count = await locator.count().catch((error: unknown) => {
    // The ref names a document that is gone.
    if (ref !== undefined && error instanceof Error && error.message.includes('Invalid frame in aria-ref')) return 0;
    throw error;
  });
  if (count === 1) return locator;
  if (count > 1) throw new ToolError('INVALID_ARGUMENT', `The selector "${target}" matches ${count} elements.`, { advice: refAdvice });
  if (ref !== undefined) throw new ToolError('NOT_FOUND', `The ref "${ref}" is not in the page (any more).`, { advice: refAdvice });
  throw new ToolError('NOT_FOUND', `Nothing matches the selector "${target}".`, { advice: refAdvice });
}

/**
 * Sees to it that a click would reach the element.
 *
 * @throws ToolError FAILED_PRECONDITION within moments, naming what is in the way
 */
export async function reach(locator: Locator, target: string, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  for (;;) {
    const obstacle = await locator.evaluate(findObstacle);
    if (!obstacle) return;
    if (performance.now() - started >= patienceMs[obstacle.kind]) {
      if (obstacle.kind === 'covered') {
        throw new ToolError('FAILED_PRECONDITION', `${target} is covered by ${obstacle.by ?? 'another element'}.`, {
          advice: 'Close what covers it (it is in the snapshot), or call with "force": true to click there anyway.',
        });
      }
      throw new ToolError('FAILED_PRECONDITION', `${target} is ${obstacle.kind === 'disabled' ? 'disabled' : 'not visible'}.`, {
        advice: 'Do what makes it usable first; browser_snapshot shows the page.',
      });
    }
    await delay(40, undefined, { signal });
  }
}
