/** What of a merged catalog a view shows: a profile's choice and changes, then what a URL narrows. */
import { entryOf } from '../config/entry-of.ts';
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

/** Applies a profile to a catalog of its servers. A name that it gives gives way to a tool's own, and to the same given before. */
export function applyProfile(catalog: Catalog, profile: Profile): Catalog {
  const chosen = [...catalog.tools].flatMap(([name, target]) => {
    const shown = changed(target.shown, entryOf(profile.tools, name));
    if (!isAllowed(profile, name) || (profile.readOnly && objectAt(shown, 'annotations')['readOnlyHint'] !== true)) return [];
    return [{ name, shownName: String(shown['name']), target: { ...target, shown } }];
  });
  const taken = new Set(chosen.filter(({ name, shownName }) => name === shownName).map(({ name }) => name));
  const tools = new Map<string, Target>();
  const collisions = [...catalog.collisions];
  for (const { name, shownName, target } of chosen) {
    if (name !== shownName && taken.has(shownName)) {
      collisions.push({ name: shownName, upstream: target.upstream.name, tool: name });
      continue;
    }
    taken.add(shownName);
    tools.set(shownName, target);
  }
  return { ...catalog, tools, collisions };
}

/** Leaves out what a list of many tools does without. */
export function withoutMinor(catalog: Catalog): Catalog {
  const tools = new Map([...catalog.tools].filter(([, { upstream, name }]) => upstream.isMinor?.(name) !== true));
  return { ...catalog, tools };
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
