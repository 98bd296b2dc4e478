/** One text for equal JSON, whatever the order of its keys. */
import { createHash } from 'node:crypto';
import { isLoose } from './caller.ts';

/** JSON with sorted keys. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, sortedKeys) ?? '';
}

/** SHA-256 of the canonical JSON, in hex. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  return isLoose(value) ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value;
}
