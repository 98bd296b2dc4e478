/** Does in a page what a person does at the live view. */
import { ToolError } from '@sandlot/core';
import { toUrl } from '../pages/navigate.ts';
import type { Tab } from '../pages/tab.ts';
import type { HumanInput } from './messages.ts';

/** Passes one input on. Waits for no effect: the person sees it. */
export async function giveInput(tab: Tab, input: HumanInput): Promise<void> {
  const { page } = tab;
  switch (input.type) {
    case 'mouse':
      return mouse(tab, input);
    case 'key':
      return page.keyboard[input.action](input.key);
    case 'text':
      return page.keyboard.insertText(input.text);
    case 'navigate':
      await page.goto(toUrl(input.url).href, { waitUntil: 'commit' });
      return;
    case 'history':
      await page[input.way === 'back' ? 'goBack' : input.way === 'forward' ? 'goForward' : 'reload']({ waitUntil: 'commit' });
      return;
    case 'dialog': {
      const { dialog } = tab;
      if (!dialog) throw new ToolError('FAILED_PRECONDITION', 'No dialog is open.');
      tab.dialog = undefined;
      return input.accept ? dialog.accept(input.text) : dialog.dismiss();
    }
  }
}

async function mouse({ page }: Tab, { action, x, y, button, clicks, dx, dy }: Extract<HumanInput, { type: 'mouse' }>): Promise<void> {
  await page.mouse.move(x, y);
  if (action === 'down') return page.mouse.down({ button, clickCount: clicks });
  if (action === 'up') return page.mouse.up({ button, clickCount: clicks });
  if (action === 'wheel') return page.mouse.wheel(dx, dy);
}
