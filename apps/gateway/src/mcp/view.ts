/** What clients see at one URL: some of the upstreams, as one server. */
import type { Registry } from '../upstreams/registry.ts';
import type { Upstream, UpstreamChange } from '../upstreams/upstream.ts';
import { type Catalog, makeCatalog } from './catalog.ts';

/** A view as it is configured. */
export interface ViewSpec {
  /** Server name that clients see. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** Which upstreams are in it. */
  readonly includes: (upstream: Upstream) => boolean;
  /** True when added servers' names carry their prefix; false for one server alone. */
  readonly prefixed: boolean;
}

/** A view with its catalog. */
export interface View {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  upstreams(): readonly Upstream[];
  catalog(): Promise<Catalog>;
  /** Called when a list or a resource of an upstream changes. */
  onChange(listener: (change: UpstreamChange) => void): () => void;
}

/** Makes a view. Starts nothing. */
export function createView(registry: Registry, spec: ViewSpec): View {
  let catalog: Promise<Catalog> | undefined;
  const listeners = new Set<(change: UpstreamChange) => void>();
  const upstreams = () => registry.list().filter(spec.includes);
  registry.onChange((change) => {
    if (change.method.endsWith('list_changed')) catalog = undefined;
    for (const listener of listeners) listener(change);
  });
  return {
    name: spec.name,
    title: spec.title,
    version: spec.version,
    upstreams,
    catalog() {
      if (catalog) return catalog;
      const made = makeCatalog(upstreams(), spec.prefixed);
      catalog = made;
      // A catalog without a server that was not there is not kept: the next list asks again.
      const recheck = () => {
        if (catalog === made && upstreams().some((upstream) => upstream.known() === undefined)) catalog = undefined;
      };
      made.then(recheck, recheck);
      return made;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
