/** Names in a view of several servers: ours are bare, added ones carry `<id>__`. A name never changes because another server came. */
import { createHash } from 'node:crypto';

/** Longest name that the model APIs of known clients take. */
export const maxNameLength = 64;

/** The name of a tool or prompt as clients see it: illegal characters replaced, a name that is too long shortened with a stable hash. */
export function shownName(prefix: string, name: string): string {
  if (prefix === '') return name;
  const full = `${prefix}${name.replaceAll(/[^a-zA-Z0-9_-]/g, '_')}`;
  if (full.length <= maxNameLength) return full;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${full.slice(0, maxNameLength - 9)}_${hash}`;
}
