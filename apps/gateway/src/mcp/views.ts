/** The views of a gateway: all servers at `/mcp`, one at `/mcp/<server>`, profiles at `/mcp/p/<profile>`, each narrowed by its query. */
import { isDeepStrictEqual } from 'node:util';
import { ToolError } from '@sandlot/core';
import { nameList } from '../config/globs.ts';
import type { Profile, Profiles } from '../config/profiles.ts';
import type { Registry } from '../upstreams/registry.ts';
import type { UpstreamChange } from '../upstreams/upstream.ts';
import type { Collision } from './catalog.ts';
import { profileCollisions } from './profile-states.ts';
import { everything, type Narrowing } from './selection.ts';
import { createView, type View } from './view.ts';

/** What a URL names. */
export interface ViewAddress {
  readonly server?: string;
  readonly profile?: string;
  /** `?servers=` and `?tools=`; undefined where the query does not narrow. */
  readonly servers?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
}

/** The views. */
export interface Views {
  readonly all: View;
  /** The view of one server; undefined when there is no such server. */
  one(name: string): View | undefined;
  /** The view at an address. @throws ToolError NOT_FOUND for a server or profile that there is not */
  at(address: ViewAddress): View;
  /** Names of the servers. */
  names(): readonly string[];
  profiles(): readonly string[];
  /** Names that profiles give to a tool and that another one has, by profile. Starts nothing. */
  collisions(): ReadonlyMap<string, readonly Collision[]>;
  /** Takes other profiles, and tells clients. */
  configure(profiles: Profiles): void;
  /** Called when a list or a resource changes in any view. */
  onChange(listener: (change: UpstreamChange) => void): () => void;
}

/** Narrowed views that are kept at once: queries are free text. */
const maxKept = 256;

const listChanges = ['notifications/tools/list_changed', 'notifications/prompts/list_changed', 'notifications/resources/list_changed'];

/** What is left of a profile that was taken out. */
const noProfile: Profile = { servers: [], deny: [], readOnly: false, mode: 'full', tools: {} };

/** Makes the views. */
export function createViews(registry: Registry, version: string, configured: Profiles = new Map()): Views {
  let profiles = configured;
  let revision = 0;
  const kept = new Map<string, View>();
  const listeners = new Set<(change: UpstreamChange) => void>();
  const emit = (change: UpstreamChange) => {
    if (change.method.endsWith('list_changed')) {
      revision++;
      kept.clear();
    }
    for (const listener of listeners) listener(change);
  };
  const changed = () => {
    for (const method of listChanges) emit({ method, params: {} });
  };
  registry.onChange(emit);
  const names = () => registry.list().map(({ name }) => name);
  const profileOf = (name: string) => {
    const profile = profiles.get(name);
    if (profile) return profile;
    throw missing('profile', name, 'Profiles', [...profiles.keys()]);
  };
  const serverOf = (name: string) => {
    const upstream = registry.get(name);
    if (upstream) return upstream;
    throw missing('server', name, 'Servers', names());
  };
  const make = (key: string, { server, profile, ...query }: ViewAddress): View => {
    const title = server === undefined ? profile && (profileOf(profile).title ?? profile) : serverOf(server).title;
    const narrowing: Narrowing =
      query.servers || query.tools ? { servers: nameList(query.servers), tools: nameList(query.tools) } : everything;
    const spec = {
      key,
      name: server ?? profile ?? 'sandlot',
      title: title ?? 'Sandlot',
      version,
      narrowing,
      profile: () => (profile === undefined ? undefined : (profiles.get(profile) ?? noProfile)),
      check: () => void (profile !== undefined && profileOf(profile)),
    };
    return createView(registry, server === undefined ? spec : { ...spec, server }, () => revision, changed);
  };
  const at = (address: ViewAddress): View => {
    const key = keyOf(address);
    const known = kept.get(key);
    if (known) return known;
    const view = make(key, address);
    const [oldest] = kept.keys();
    if (kept.size >= maxKept && oldest !== undefined) kept.delete(oldest);
    kept.set(key, view);
    return view;
  };
  return {
    all: make(keyOf({}), {}),
    one: (name) => (registry.get(name) ? at({ server: name }) : undefined),
    at,
    names,
    profiles: () => [...profiles.keys()],
    collisions: () => profileCollisions(registry, profiles),
    configure(next) {
      if (isDeepStrictEqual(next, profiles)) return;
      profiles = next;
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Equal for addresses that show the same: the order of patterns says nothing. */
function keyOf({ server, profile, servers, tools }: ViewAddress): string {
  return JSON.stringify([server, profile, servers && [...servers].sort(), tools && [...tools].sort()]);
}

function missing(kind: string, name: string, kinds: string, there: readonly string[]): ToolError {
  return new ToolError('NOT_FOUND', `No ${kind} "${name}".`, {
    advice: there.length > 0 ? `${kinds}: ${there.join(', ')}.` : `No ${kind} is configured.`,
  });
}
