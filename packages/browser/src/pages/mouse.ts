/** Acts at coordinates of the viewport, in CSS pixels. */
import { drawnTwice } from '../in-page/drawn.ts';
import type { Report } from './report.ts';
import { step } from './actions.ts';
import type { ActOptions } from './act.ts';
import type { Session } from './session.ts';

/** Mouse buttons. */
export const buttons = ['left', 'right', 'middle'] as const;
type Button = (typeof buttons)[number];

/** Moves the mouse. */
export async function moveMouse(session: Session, { x, y, ...options }: ActOptions & { x: number; y: number }): Promise<Report> {
  return step('mouse', session, options, async ({ page }) => page.mouse.move(x, y));
}

/** Clicks at a place. */
export async function clickAt(
  session: Session,
  {
    x,
    y,
    button,
    clickCount,
    delay,
    ...options
  }: ActOptions & { x: number; y: number; button?: Button | undefined; clickCount?: number | undefined; delay?: number | undefined },
): Promise<Report> {
  return step('mouse', session, options, async ({ page }) =>
    page.mouse.click(x, y, {
      ...(button && { button }),
      ...(clickCount !== undefined && { clickCount }),
      ...(delay !== undefined && { delay }),
    }),
  );
}

/** Drags from one place to another. */
export async function dragMouse(
  session: Session,
  { startX, startY, endX, endY, ...options }: ActOptions & { startX: number; startY: number; endX: number; endY: number },
): Promise<Report> {
  return step('mouse', session, options, async ({ page }) => {
    await page.mouse.move(startX, startY);
    await page.mouse.down();
    // Some pages start a drag only after a first small move.
    await page.mouse.move((startX + endX) / 2, (startY + endY) / 2, { steps: 5 });
    await page.mouse.move(endX, endY);
    await page.mouse.up();
  });
}

/** Presses or lets go of a button where the mouse is. */
export async function pressButton(
  session: Session,
  { button, press, ...options }: ActOptions & { button?: Button | undefined; press: boolean },
): Promise<Report> {
  return step('mouse', session, options, async ({ page }) => page.mouse[press ? 'down' : 'up'](button && { button }));
}

/** Most time until the page has scrolled. */
const scrollCapMs = 1_000;

/** Turns the wheel, and waits until the page knows. */
export async function turnWheel(
  session: Session,
  { deltaX = 0, deltaY = 0, ...options }: ActOptions & { deltaX?: number | undefined; deltaY?: number | undefined },
): Promise<Report> {
  return step('mouse', session, options, async ({ page }) => {
    await page.mouse.wheel(deltaX, deltaY);
    // A page that goes away meanwhile has no more to tell.
    await page.evaluate(drawnTwice, { mostMs: scrollCapMs }).catch(() => undefined);
  });
}
