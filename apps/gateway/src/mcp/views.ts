/** The views of a gateway: all servers at `/mcp`, each alone at `/mcp/<server>`. */
import type { Registry } from '../upstreams/registry.ts';
import { createView, type View } from './view.ts';

/** The views by name. */
export interface Views {
  readonly all: View;
  /** The view of one server; undefined when there is no such server. */
  one(name: string): View | undefined;
  names(): readonly string[];
}

/** Makes the views. */
export function createViews(registry: Registry, version: string): Views {
  const made = new Map<string, View>();
  return {
    all: createView(registry, { name: 'sandlot', title: 'Sandlot', version, includes: () => true, prefixed: true }),
    one(name) {
      const upstream = registry.get(name);
      if (!upstream) return undefined;
      const known =
        made.get(name) ??
        createView(registry, { name, title: upstream.title, version, includes: (one) => one.name === name, prefixed: false });
      made.set(name, known);
      return known;
    },
    names: () => registry.list().map(({ name }) => name),
  };
}
