/** Arguments of our own tools that need more than a look at their name. */

/** By tool, arguments at any depth that may hold what a person would type, passwords too, or what a page keeps: always hidden. */
export const hiddenArguments: Readonly<Record<string, readonly string[]>> = {
  shell_write: ['input'],
  browser_type: ['text'],
  browser_fill_form: ['value'],
  browser_handle_dialog: ['promptText'],
  browser_cookie_set: ['value'],
  browser_localstorage_set: ['value'],
  browser_sessionstorage_set: ['value'],
};

/** By tool, arguments that name keys of a keyboard. Which key was pressed is shown; a character is not, since presses spell words. */
export const pressedKeys: Readonly<Record<string, readonly string[]>> = {
  shell_write: ['keys'],
  browser_press_key: ['key'],
};

const named =
  'enter|return|tab|esc|escape|backspace|delete|insert|home|end|page_?up|page_?down|(?:arrow)?(?:up|down|left|right)|space|f\\d{1,2}';
const held = '(?:shift|ctrl|control|alt|meta|cmd)[+-]';
const shape = new RegExp(`^(?:(?:${held})*(?:${named})|(?!(?:shift[+-])+.$)(?:${held})+.)$`, 'i');

/** True for `Enter` and `ctrl+c`, false for `a` and `shift+a`. */
export function isKeyName(text: string): boolean {
  return shape.test(text);
}
