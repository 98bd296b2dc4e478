/** What an added server offers, with the configuration's filters and overrides applied. */
import { isLoose, type Loose } from './caller.ts';
import { type Connection, listAll } from './connection.ts';
import { isAllowed, type ServerEntry } from './settings.ts';
import type { Offer } from './upstream.ts';

/** An offer as the server listed it. */
export type RawOffer = Offer;

/** Asks a server for all its lists. */
export async function fetchOffer(connection: Connection, timeoutMs: number): Promise<RawOffer> {
  const { capabilities, instructions } = connection;
  const list = (capability: string, method: string, key: string) =>
    capability in capabilities ? listAll(connection, method, key, timeoutMs) : Promise.resolve([]);
  const [tools, prompts, resources, resourceTemplates] = await Promise.all([
    list('tools', 'tools/list', 'tools'),
    list('prompts', 'prompts/list', 'prompts'),
    list('resources', 'resources/list', 'resources'),
    list('resources', 'resources/templates/list', 'resourceTemplates').catch(() => []),
  ]);
  return { capabilities, ...(instructions !== undefined && { instructions }), tools, prompts, resources, resourceTemplates };
}

/** The offer as clients see it, with the definitions that they may see. */
export function shownOffer(raw: RawOffer, tools: readonly Loose[], entry: ServerEntry): Offer {
  return { ...raw, tools: tools.filter((tool) => isAllowed(entry, String(tool['name']))).map((tool) => override(tool, entry)) };
}

/** The tool as clients see it. */
function override(tool: Loose, entry: ServerEntry): Loose {
  const change = entry.tools[String(tool['name'])];
  if (!change) return tool;
  const { annotations, ...rest } = change;
  return {
    ...tool,
    ...rest,
    ...(annotations && { annotations: { ...(isLoose(tool['annotations']) && tool['annotations']), ...annotations } }),
  };
}

/** A tool's own name, by the name that clients see; undefined when clients see no tool of that name. */
export function ownNameOf(shown: string, entry: ServerEntry): string | undefined {
  const renamed = Object.entries(entry.tools).find(([, change]) => change.name === shown)?.[0];
  const own = renamed ?? (entry.tools[shown]?.name === undefined ? shown : undefined);
  return own !== undefined && isAllowed(entry, own) ? own : undefined;
}
