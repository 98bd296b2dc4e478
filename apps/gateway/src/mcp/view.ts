/** What clients see at one URL: some of the upstreams, as one server. Depends on the configuration and the URL, never on a connection. */
import type { Profile } from '../config/profiles.ts';
import type { Registry } from '../upstreams/registry.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { type Catalog, makeCatalog } from './catalog.ts';
import { applyProfile, everything, type Narrowing, narrowTools, serverChoice, withoutMinor } from './selection.ts';

/** A view as its URL and the configuration say. */
export interface ViewSpec {
  /** The same for equal URLs. */
  readonly key: string;
  /** Server name that clients see. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** The only server of the view, under its own names; undefined for a view of several, where added servers' names carry their prefix. */
  readonly server?: string;
  /** The profile as it is now; one that was taken out of the configuration has nothing in it. */
  readonly profile: () => Profile | undefined;
  /** @throws ToolError NOT_FOUND when the profile was taken out of the configuration */
  readonly check: () => void;
  readonly narrowing: Narrowing;
}

/** A view with its catalog. */
export interface View {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly version: string;
  /** True when its tools are found by searching rather than listed. */
  isSearched(): boolean;
  upstreams(): readonly Upstream[];
  /** @throws ToolError NOT_FOUND when the view was taken out of the configuration */
  catalog(): Promise<Catalog>;
}

/**
 * Makes a view. Starts nothing.
 *
 * @param revision changes whenever something changes that a catalog is made from
 * @param onLate called when a server came that a list did not wait for
 */
export function createView(registry: Registry, spec: ViewSpec, revision: () => number, onLate: () => void): View {
  let kept: { readonly revision: number; readonly catalog: Promise<Catalog> } | undefined;
  const { profile, narrowing, server } = spec;
  const upstreams = () => {
    const isChosen = serverChoice(profile(), narrowing);
    return registry.list().filter(({ name }) => (server === undefined || name === server) && isChosen(name));
  };
  const make = async () => {
    spec.check();
    const chosen = profile();
    const merged = await makeCatalog(upstreams(), server === undefined, onLate);
    if (chosen) return narrowTools(applyProfile(merged, chosen), narrowing.tools);
    return narrowing === everything && server === undefined ? withoutMinor(merged) : narrowTools(merged, narrowing.tools);
  };
  return {
    key: spec.key,
    name: spec.name,
    title: spec.title,
    version: spec.version,
    isSearched: () => profile()?.mode === 'search',
    upstreams,
    catalog() {
      if (kept?.revision === revision()) return kept.catalog;
      const made = { revision: revision(), catalog: make() };
      kept = made;
      // A catalog without a server that was not there is not kept: the next list asks again.
      const recheck = () => {
        if (kept === made && upstreams().some((upstream) => upstream.known() === undefined)) kept = undefined;
      };
      made.catalog.then(recheck, () => {
        if (kept === made) kept = undefined;
      });
      return made.catalog;
    },
  };
}
