/** What an added server offers, with the configuration's filters and overrides applied. */
import { ToolError } from '@sandlot/core';
import { entryOf } from '../config/entry-of.ts';
import { isLoose, type Loose } from './caller.ts';
import type { Connection } from './connection.ts';
import { type ListKind, listKinds, type ListLimits, type Listed, readList } from './listed.ts';
import { UpstreamError } from './peer.ts';
import { isAllowed, type ServerEntry } from './settings.ts';
import type { Offer } from './upstream.ts';

/** The lists of an offer. */
export const offerLists = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;

/** An offer as the server listed it. A list that could not be read is missing. */
export interface RawOffer extends Pick<Offer, 'capabilities' | 'instructions'>, Partial<Pick<Offer, (typeof offerLists)[number]>> {
  /** What is wrong with it, in sentences. */
  readonly problems: readonly string[];
}

/**
 * Asks a server for all its lists.
 *
 * @throws ToolError UNAVAILABLE, UpstreamError when its tools cannot be read; other lists are missing then
 */
export async function fetchOffer(connection: Connection, limits: ListLimits): Promise<RawOffer> {
  const { capabilities, instructions } = connection;
  const read = (kind: ListKind): Promise<Listed> =>
    Object.hasOwn(capabilities, kind.capability) ? readList(connection, kind, limits) : Promise.resolve({ items: [], problems: [] });
  const optional = (kind: ListKind): Promise<Partial<Listed>> =>
    read(kind).catch((error: unknown) => {
      if (connection.peer.failed || !(error instanceof UpstreamError || ToolError.is(error))) throw error;
      // Many servers with resources have no templates, and do not know the method.
      if (kind === listKinds.resourceTemplates && error instanceof UpstreamError) return { items: [] };
      return { problems: [error instanceof UpstreamError ? `${kind.method} failed: ${error.message.slice(0, 200)}` : error.message] };
    });
  const lists = await Promise.all([
    read(listKinds.tools),
    optional(listKinds.prompts),
    optional(listKinds.resources),
    optional(listKinds.resourceTemplates),
  ]);
  return {
    capabilities,
    ...(instructions !== undefined && { instructions }),
    ...Object.fromEntries(offerLists.flatMap((name, index) => (lists[index]?.items ? [[name, lists[index].items]] : []))),
    problems: lists.flatMap(({ problems }) => problems ?? []),
  };
}

/** An offer as clients see it. */
export interface ShownOffer {
  readonly offer: Offer;
  /** The tools' own names, by the names that clients see. */
  readonly ownNames: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** The offer as clients see it, made of the definitions that they may see. A name that the configuration gives gives way to a tool's own. */
export function shownOffer(seen: Offer, entry: ServerEntry): ShownOffer {
  const allowed = seen.tools.filter((tool) => isAllowed(entry, String(tool['name'])));
  const renamed = (tool: Loose) => entryOf(entry.tools, String(tool['name']))?.name !== undefined;
  const ownNames = new Map(allowed.filter((tool) => !renamed(tool)).map(({ name }) => [String(name), String(name)]));
  const problems: string[] = [];
  const tools = allowed.flatMap((tool) => {
    const own = String(tool['name']);
    const shown = override(tool, entryOf(entry.tools, own));
    const name = String(shown['name']);
    if (renamed(tool) && ownNames.has(name)) {
      problems.push(`"${own}" is left out: the configuration calls it "${name}", and there is a tool of that name.`);
      return [];
    }
    ownNames.set(name, own);
    return [shown];
  });
  return { offer: { ...seen, tools }, ownNames, problems };
}

/** The tool as clients see it. */
function override(tool: Loose, change: ServerEntry['tools'][string] | undefined): Loose {
  if (!change) return tool;
  const { annotations, ...rest } = change;
  return {
    ...tool,
    ...rest,
    ...(annotations && { annotations: { ...(isLoose(tool['annotations']) && tool['annotations']), ...annotations } }),
  };
}
