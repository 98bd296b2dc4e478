/** What of a merged catalog a view shows: a profile's choice and changes, then what a URL narrows. */
import { type NameList, nameList } from '../config/globs.ts';
import type { Profile } from '../config/profiles.ts';
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import { isAllowed } from '../upstreams/settings.ts';
import type { Catalog, Target } from './catalog.ts';

/** What a URL asks for. */
export interface Narrowing {
  readonly servers: NameList;
  readonly tools: NameList;
}

/** Nothing narrowed. */
export const everything: Narrowing = { servers: nameList(undefined), tools: nameList(undefined) };

/** Tells which servers are in a view. */
export function serverChoice(profile: Profile | undefined, { servers }: Narrowing): (name: string) => boolean {
  const chosen = nameList(profile?.servers);
  return (name) => chosen.includes(name) && servers.includes(name);
}

/** Applies a profile to a catalog of its servers. Names that it gives twice go to the earlier tool. */
export function applyProfile(catalog: Catalog, profile: Profile): Catalog {
  const tools = new Map<string, Target>();
  const collisions = [...catalog.collisions];
  for (const [name, target] of catalog.tools) {
    if (!isAllowed(profile, name)) continue;
    const shown = changed(target.shown, profile.tools[name]);
    if (profile.readOnly && objectAt(shown, 'annotations')['readOnlyHint'] !== true) continue;
    const shownName = String(shown['name']);
    if (tools.has(shownName)) collisions.push({ name: shownName, upstream: target.upstream.name });
    else tools.set(shownName, { ...target, shown });
  }
  return { ...catalog, tools, collisions };
}

/** Keeps the tools of a list, and what servers say of themselves when something of theirs is left. */
export function narrowTools(catalog: Catalog, list: NameList): Catalog {
  const tools = new Map([...catalog.tools].filter(([name]) => list.includes(name)));
  const left = new Set(
    [tools, catalog.prompts, catalog.resources].flatMap((map) => [...map.values()].map(({ upstream }) => upstream.name)),
  );
  return { ...catalog, tools, instructions: catalog.instructions.filter(({ server }) => left.has(server)) };
}

/** A tool with a configured change. */
function changed(tool: Loose, change: Profile['tools'][string] | undefined): Loose {
  if (!change) return tool;
  const { annotations, ...rest } = change;
  const own = tool['annotations'];
  return { ...tool, ...rest, ...(annotations && { annotations: { ...(isLoose(own) && own), ...annotations } }) };
}
