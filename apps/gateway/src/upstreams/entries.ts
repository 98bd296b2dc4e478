/** Which servers are to be served: those of the configuration file, and those that were added over the API. */
import type { AddedServers } from './added-servers.ts';
import { parseEntry, type ServerEntry } from './settings.ts';

/** Where an entry comes from: `sandlot.json` or the API. */
export type Origin = 'file' | 'api';

/** An entry that is right. */
export interface ConfiguredServer {
  readonly entry: ServerEntry;
  readonly origin: Origin;
}

/** An entry that is not served, and why. */
export interface BrokenEntry {
  readonly id: string;
  readonly origin: Origin;
  readonly error: string;
}

/** All entries, sorted out. */
export interface Entries {
  readonly served: ReadonlyMap<string, ConfiguredServer>;
  readonly disabled: ReadonlyMap<string, ConfiguredServer>;
  readonly broken: readonly BrokenEntry[];
}

/** What {@link sortEntries} looks at. */
export interface EntrySources {
  /** `mcpServers` of the configuration file. */
  readonly file: Readonly<Record<string, unknown>>;
  readonly added: AddedServers;
  /** Names of our servers. */
  readonly own: readonly string[];
  /** Whether the API may add servers that are programs. */
  readonly allowStdio: boolean;
}

/** Words that stand for something else in URLs and scopes. */
const reserved: ReadonlySet<string> = new Set(['gateway', 'servers', 'p', 'ui']);

/** Names that every object of JavaScript has: some reader of a list by id would take them for something else. */
const languageWords: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

/** Sorts the entries. One that is wrong harms no other. */
export function sortEntries({ file, added, own, allowStdio }: EntrySources): Entries {
  const served = new Map<string, ConfiguredServer>();
  const disabled = new Map<string, ConfiguredServer>();
  const broken: BrokenEntry[] = [];
  const all = [
    ...Object.entries(file).map(([id, value]) => ({ id, value, origin: 'file' as const })),
    ...Object.entries(added.mcpServers).map(([id, value]) => ({ id, value, origin: 'api' as const })),
  ];
  for (const { id, value, origin } of all) {
    const parsed = checkEntry(id, value, own);
    const switchedOff = Object.hasOwn(added.disabled, id) ? added.disabled[id] : undefined;
    if ('error' in parsed) broken.push({ id, origin, error: parsed.error });
    else if (origin === 'api' && Object.hasOwn(file, id))
      broken.push({ id, origin, error: `"${id}" was added over the API, but the configuration file has it too.` });
    else if (origin === 'api' && 'command' in parsed.entry && !allowStdio) broken.push({ id, origin, error: stdioRefused });
    else ((switchedOff ?? parsed.entry.disabled) ? disabled : served).set(id, { entry: parsed.entry, origin });
  }
  return { served, disabled, broken };
}

/** Checks one entry and its id. */
export function checkEntry(id: string, value: unknown, own: readonly string[]): ReturnType<typeof parseEntry> {
  if (own.includes(id)) return { error: `"${id}" is the name of a server of Sandlot.` };
  if (languageWords.has(id)) return { error: `"${id}" cannot be an id: it is a word of JavaScript.` };
  if (reserved.has(id)) return { error: `"${id}" is reserved: choose another id.` };
  return parseEntry(id, value);
}

/** Why a server that is a program is not added over the API. */
export const stdioRefused = 'A server that is a program may not be added over the API, unless the gateway runs with --allow-stdio-admin.';
