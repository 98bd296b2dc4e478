/** Fills many fields at once. */
import { ToolError } from '@sandlot/core';
import type { Locator } from 'playwright-core';
import type { ActOptions } from './act.ts';
import { step } from './actions.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';
import { locate } from './target.ts';

/** Kinds of fields. */
export const fieldTypes = ['textbox', 'checkbox', 'radio', 'combobox', 'slider'] as const;

/** One field and what to put there. */
export interface Field {
  readonly target: string;
  readonly type: (typeof fieldTypes)[number];
  /** Text; `true` or `false` for checkbox and radio; the label for combobox. */
  readonly value: string;
}

/** Fills the fields in order. All of them are looked up first, so that a wrong one leaves the form as it was. */
export async function fillForm(session: Session, action: ActOptions & { fields: readonly Field[] }): Promise<Report> {
  return step('fill_form', session, action, async ({ page }) => {
    for (const { type, value, target } of action.fields) {
      if ((type === 'checkbox' || type === 'radio') && value !== 'true' && value !== 'false') {
        throw new ToolError('INVALID_ARGUMENT', `${target}: the value of a ${type} is "true" or "false", not "${value}".`);
      }
    }
    const locators = await Promise.all(action.fields.map(async ({ target }) => locate(page, target)));
    for (const [index, field] of action.fields.entries()) {
      const locator = locators[index];
      if (locator) await fill(locator, { ...field, value: session.secrets.reveal(field.value) });
    }
  });
}

async function fill(locator: Locator, { type, value }: Field): Promise<void> {
  if (type === 'checkbox' || type === 'radio') return locator.setChecked(value === 'true');
  if (type !== 'combobox') return locator.fill(value);
  const isSelect = await locator.evaluate((element) => element instanceof HTMLSelectElement);
  // A combobox that is no <select> is a text field with suggestions.
  if (!isSelect) return locator.fill(value);
  await locator.selectOption(value);
}
