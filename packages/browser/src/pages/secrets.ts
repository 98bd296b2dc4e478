/** Values that the agent types by their name and never sees. */
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { ToolError } from '@sandlot/core';

/** Shorter values would be found everywhere. */
const fewestChars = 4;
const deepest = 8;

export class Secrets {
  readonly #values: ReadonlyMap<string, string>;
  /** What is looked for, the longest first, and what is shown instead. */
  readonly #shown: readonly (readonly [found: string, shown: string])[];

  constructor(values: ReadonlyMap<string, string> = new Map()) {
    this.#values = values;
    this.#shown = [...values]
      .flatMap(([name, value]) => [...new Set(formsOf(value))].map((form) => [form, `<secret>${name}</secret>`] as const))
      .toSorted(([a], [b]) => b.length - a.length);
  }

  /** Reads a file with lines NAME=value (dotenv). @throws ToolError UNAVAILABLE when it cannot be used */
  static async load(path: string | undefined): Promise<Secrets> {
    if (path === undefined) return new Secrets();
    const advice = 'Correct --secrets and start the server again.';
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new ToolError('UNAVAILABLE', `"${path}" (option --secrets) cannot be read.`, { cause, advice });
    });
    const values = new Map(Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
    for (const [name, value] of values) {
      if (value.length < fewestChars) {
        throw new ToolError('UNAVAILABLE', `The secret ${name} has fewer than ${fewestChars} characters.`, { advice });
      }
    }
    return new Secrets(values);
  }

  /** True when there are any. */
  get any(): boolean {
    return this.#values.size > 0;
  }

  /** What is to be typed: the value when the text is the name of a secret, else the text. */
  reveal(text: string): string {
    return this.#values.get(text) ?? text;
  }

  /** The text with names in place of values. */
  hide(text: string): string {
    let shown = text;
    for (const [value, name] of this.#shown) if (shown.includes(value)) shown = shown.replaceAll(value, name);
    return shown;
  }

  /** Takes the values out of all texts in an object, an error and its causes too. Returns the same object. */
  hideIn<T>(value: T): T {
    if (this.#shown.length > 0) this.#hideIn(value, 0);
    return value;
  }

  #hideIn(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > deepest || ArrayBuffer.isView(value)) return;
    const names = value instanceof Error ? [...Object.keys(value), 'message', 'stack', 'cause'] : Object.keys(value);
    for (const name of names) {
      const part: unknown = Reflect.get(value, name);
      if (typeof part !== 'string') this.#hideIn(part, depth + 1);
      else if (this.hide(part) !== part) Reflect.set(value, name, this.hide(part));
    }
  }
}

/** How a value may look inside a URL, a form, JSON, or JSON that a page shows. */
function formsOf(value: string): string[] {
  const quoted = (text: string) => JSON.stringify(text).slice(1, -1);
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  return [value, encodeURIComponent(value), form, quoted(value), quoted(quoted(value))];
}
