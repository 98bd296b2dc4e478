/** Acts on elements as a person would, with mouse and keyboard. */
import { withSpan } from '@sandlot/core/telemetry';
import type { Page } from 'playwright-core';
import { act, type ActOptions } from './act.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';
import { locate, reach } from './target.ts';

/** What every action on an element takes. */
export interface ElementAction extends Pick<ActOptions, 'tabId' | 'snapshot'> {
  readonly target: string;
}

/** Options of {@link click}. */
export interface ClickAction extends ElementAction {
  readonly doubleClick?: boolean | undefined;
  readonly button?: 'left' | 'right' | 'middle' | undefined;
  readonly modifiers?: ('Alt' | 'Control' | 'ControlOrMeta' | 'Meta' | 'Shift')[] | undefined;
  readonly force?: boolean | undefined;
}

/** Clicks an element. One that is covered is refused within moments, unless `force`. */
export async function click(
  session: Session,
  { target, doubleClick, button, modifiers, force = false, ...options }: ClickAction,
  signal: AbortSignal,
): Promise<Report> {
  return step('click', session, { ...options, signal }, async (page) => {
    const locator = await locate(page, target);
    if (!force) await reach(locator, target, signal);
    const how = { force, ...(button && { button }), ...(modifiers && { modifiers }) };
    await (doubleClick ? locator.dblclick(how) : locator.click(how));
  });
}

/** Puts text into an element. */
export async function type(
  session: Session,
  {
    target,
    text,
    submit,
    slowly,
    ...options
  }: ElementAction & { text: string; submit?: boolean | undefined; slowly?: boolean | undefined },
  signal: AbortSignal,
): Promise<Report> {
  return step('type', session, { ...options, signal }, async (page) => {
    const locator = await locate(page, target);
    await (slowly ? locator.pressSequentially(text) : locator.fill(text));
    if (submit) await locator.press('Enter');
  });
}

/** One action inside its span. */
export async function step(name: string, session: Session, options: ActOptions, work: (page: Page) => Promise<unknown>): Promise<Report> {
  return withSpan(`browser.${name}`, {}, async () => act(session, options, async ({ page }) => void (await work(page))));
}
