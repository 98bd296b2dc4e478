/** JSON that every reader understands alike: a key that one parser takes and another drops must not decide what a call does. */
import { ToolError } from '@sandlot/core';

const mostLevels = 100;

/**
 * Parses JSON.
 *
 * @throws ToolError INVALID_ARGUMENT for text that is not JSON, a key that stands twice, the key `__proto__`, and over 100 levels
 */
export function parseStrict(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refused(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  checkKeys(text);
  return value;
}

/** Walks over text that is known to be JSON. Strings are skipped with `indexOf`, so that long ones cost little. */
function checkKeys(text: string): void {
  /** The keys of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let keyComes = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = stringEnd(text, at);
        const keys = open.at(-1);
        if (keyComes && keys) addKey(keys, text.slice(at, end + 1));
        at = end;
        break;
      }
      case 0x7b:
        open.push(new Set());
        keyComes = true;
        break;
      case 0x5b:
        open.push(undefined);
        keyComes = false;
        break;
      case 0x2c:
        keyComes = true;
        break;
      case 0x3a:
        keyComes = false;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        break;
    }
    if (open.length > mostLevels) throw refused(`The body is nested over ${mostLevels} levels deep.`);
  }
}

/** The index of the quote that ends the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function addKey(keys: Set<string>, quoted: string): void {
  const key = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (key === '__proto__') throw refused('The body has the key "__proto__".');
  if (keys.has(key)) throw refused(`The body has the key ${JSON.stringify(key)} twice in one object.`);
  keys.add(key);
}

function refused(message: string, cause?: unknown): ToolError {
  return new ToolError('INVALID_ARGUMENT', message, { cause });
}
