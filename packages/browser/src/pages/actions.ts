/** Acts on elements as a person would, with mouse and keyboard. */
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { act, type ActOptions } from './act.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';
import type { Tab } from './tab.ts';
import { locate, reach } from './target.ts';
import { resizeWindow } from './window.ts';

/** What every action on an element takes. */
export interface ElementAction extends ActOptions {
  readonly target: string;
}

/** Options of {@link click}. */
export interface ClickAction extends ElementAction {
  readonly doubleClick?: boolean | undefined;
  readonly button?: 'left' | 'right' | 'middle' | undefined;
  readonly modifiers?: ('Alt' | 'Control' | 'ControlOrMeta' | 'Meta' | 'Shift')[] | undefined;
  /** Click also where something else covers the element. */
  readonly force?: boolean | undefined;
}

/** Clicks an element. One that is covered is refused within moments, unless `force`. */
export async function click(session: Session, action: ClickAction): Promise<Report> {
  const { target, doubleClick, button, modifiers, force = false, signal } = action;
  return step('click', session, action, async ({ page }) => {
    const locator = await locate(page, target);
    if (!force) await reach(locator, target, signal);
    const how = { force, ...(button && { button }), ...(modifiers && { modifiers }) };
    await (doubleClick ? locator.dblclick(how) : locator.click(how));
  });
}

/** Moves the mouse over an element. */
export async function hover(session: Session, action: ElementAction): Promise<Report> {
  return step('hover', session, action, async ({ page }) => {
    const locator = await locate(page, action.target);
    await reach(locator, action.target, action.signal);
    await locator.hover();
  });
}

/** Drags one element onto another. */
export async function drag(session: Session, action: ActOptions & { startTarget: string; endTarget: string }): Promise<Report> {
  return step('drag', session, action, async ({ page }) => {
    const [start, end] = [await locate(page, action.startTarget), await locate(page, action.endTarget)];
    await start.dragTo(end);
  });
}

/** Drops files of the workspace or data onto an element. */
export async function drop(
  session: Session,
  action: ElementAction & { paths?: string[] | undefined; data?: Record<string, string> | undefined },
): Promise<Report> {
  const { target, paths = [], data } = action;
  const files = await session.files.existing(paths);
  return step('drop', session, action, async ({ page }) => {
    const locator = await locate(page, target);
    await locator.drop({ ...(files.length > 0 && { files }), ...(data && { data }) }).catch((error: unknown) => {
      if (!(error instanceof Error && /did not accept|rejected|drop target/i.test(error.message))) throw error;
      throw new ToolError('FAILED_PRECONDITION', `${target} takes no drop of this.`, {
        cause: error,
        advice: 'Choose the element that does.',
      });
    });
  });
}

/** Puts text into an element. `slowly` types key by key where the caret is. */
export async function type(
  session: Session,
  action: ElementAction & { text: string; submit?: boolean | undefined; slowly?: boolean | undefined },
): Promise<Report> {
  return step('type', session, action, async ({ page }) => {
    const locator = await locate(page, action.target);
    const text = session.secrets.reveal(action.text);
    await (action.slowly ? locator.pressSequentially(text) : locator.fill(text));
    if (action.submit) await locator.press('Enter');
  });
}

/** Presses a key or a chord such as `Control+A` where the focus is. */
export async function pressKey(session: Session, action: ActOptions & { key: string }): Promise<Report> {
  return step('press_key', session, action, async ({ page }) => {
    await page.keyboard.press(action.key).catch((error: unknown) => {
      if (!(error instanceof Error && /Unknown key/.test(error.message))) throw error;
      throw new ToolError('INVALID_ARGUMENT', `No key is called "${action.key}".`, {
        cause: error,
        advice: 'Use names like Enter, Escape, ArrowDown, a, Control+A.',
      });
    });
  });
}

/** Chooses options of a select element by value or label. */
export async function selectOption(session: Session, action: ElementAction & { values: string[] }): Promise<Report> {
  return step('select_option', session, action, async ({ page }) => {
    const locator = await locate(page, action.target);
    await locator.selectOption(action.values).catch(async (error: unknown) => {
      if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
      const offered = await locator.locator('option').allTextContents();
      throw new ToolError('INVALID_ARGUMENT', `${action.target} does not offer ${action.values.map((value) => `"${value}"`).join(', ')}.`, {
        cause: error,
        advice: `It offers: ${offered.slice(0, 50).join(', ').slice(0, 500)}.`,
      });
    });
  });
}

/** Gives files of the workspace to an element, or to the open file chooser; no paths close the chooser. */
export async function uploadFiles(
  session: Session,
  action: ActOptions & { target?: string | undefined; paths?: string[] | undefined },
): Promise<Report> {
  const paths = await session.files.existing(action.paths ?? []);
  return step('file_upload', session, action, async (tab) => {
    if (action.target !== undefined) return (await locate(tab.page, action.target)).setInputFiles(paths);
    const { chooser } = tab;
    if (!chooser) {
      throw new ToolError('FAILED_PRECONDITION', `No file chooser is open in tab ${tab.id}.`, {
        advice: 'Click what opens it first, or name the file input as target.',
      });
    }
    if (paths.length > 1 && !chooser.isMultiple())
      throw new ToolError('INVALID_ARGUMENT', `The chooser takes one file, not ${paths.length}.`);
    tab.chooser = undefined;
    if (paths.length > 0) await chooser.setFiles(paths);
  });
}

/** Answers the open dialog. */
export async function handleDialog(
  session: Session,
  action: ActOptions & { accept: boolean; promptText?: string | undefined },
): Promise<Report> {
  return step('handle_dialog', session, { ...action, throughDialog: true }, async (tab) => {
    const { dialog, page } = tab;
    if (!dialog) throw new ToolError('FAILED_PRECONDITION', `No dialog is open in tab ${tab.id}.`, { advice: 'Go on without it.' });
    tab.dialog = undefined;
    // Leaving the page goes on once it may: that is the effect to wait for.
    const leaves = action.accept && dialog.type() === 'beforeunload';
    const left = leaves ? page.waitForEvent('framenavigated', { timeout: 2_000 }).catch(() => undefined) : undefined;
    await (action.accept ? dialog.accept(action.promptText) : dialog.dismiss());
    await left;
  });
}

/** Changes the size of the page's viewport; where it is what a window on a screen shows, that of the window. */
export async function resize(session: Session, action: ActOptions & { width: number; height: number }): Promise<Report> {
  const { width, height } = action;
  return step('resize', session, action, async ({ page }) => {
    if (page.viewportSize()) return page.setViewportSize({ width, height });
    await resizeWindow(page, width, height);
  });
}

/** One action inside its span. */
export async function step(name: string, session: Session, options: ActOptions, work: (tab: Tab) => Promise<void>): Promise<Report> {
  return withSpan(`browser.${name}`, {}, async () => act(session, options, work));
}
