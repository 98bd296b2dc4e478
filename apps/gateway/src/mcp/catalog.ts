/** What a view shows, merged from its upstreams, and whom a name or URI belongs to. Kept until something changes. */
import { type Loose, objectAt } from '../upstreams/caller.ts';
import type { Offer, Upstream } from '../upstreams/upstream.ts';
import { shownName } from './names.ts';

/** Where a shown name leads. */
export interface Target {
  readonly upstream: Upstream;
  /** The upstream's own name for it. */
  readonly name: string;
  /** The entry as clients see it. */
  readonly shown: Loose;
}

/** The merged lists of a view. */
export interface Catalog {
  readonly tools: ReadonlyMap<string, Target>;
  readonly prompts: ReadonlyMap<string, Target>;
  readonly resources: ReadonlyMap<string, Target>;
  readonly resourceTemplates: ReadonlyMap<string, Target>;
  readonly capabilities: Loose;
  /** What servers say of themselves. */
  readonly instructions: readonly { readonly server: string; readonly text: string }[];
  /** Names that were refused, because another tool has them. */
  readonly collisions: readonly Collision[];
}

/** A name that was refused. */
export interface Collision {
  readonly name: string;
  readonly upstream: string;
  /** The tool that a profile wanted to give it to. */
  readonly tool?: string;
}

/** A server with what it offers, as far as that is known. */
export interface Offering {
  readonly upstream: Upstream;
  readonly offer: Offer | undefined;
}

/** How long a list waits for servers that are not connected yet, the first time; they come later by a list change. */
const patienceMs = 3000;

/** Capabilities that pass through; the rest is the gateway's own business. */
const passed = ['tools', 'prompts', 'resources', 'completions', 'logging', 'extensions', 'experimental'];

/** Servers for which some list has waited in vain: no other one does. */
const late = new WeakSet<Upstream>();

/**
 * Makes the catalog of a view.
 *
 * @param prefixed whether names of added servers carry their prefix
 * @param onLate called when a server that a list did not wait for has come
 */
export async function makeCatalog(upstreams: readonly Upstream[], prefixed: boolean, onLate: () => void): Promise<Catalog> {
  return mergeOffers(
    await Promise.all(upstreams.map(async (upstream) => ({ upstream, offer: await offerOf(upstream, onLate) }))),
    prefixed,
  );
}

/** Merges what is known. */
export function mergeOffers(offers: readonly Offering[], prefixed: boolean): Catalog {
  const tools = new Map<string, Target>();
  const prompts = new Map<string, Target>();
  const resources = new Map<string, Target>();
  const resourceTemplates = new Map<string, Target>();
  const collisions: Collision[] = [];
  const capabilities: Loose = {};
  for (const { upstream, offer } of offers) {
    if (!offer) continue;
    for (const key of passed) {
      const value = offer.capabilities[key];
      if (value !== undefined) capabilities[key] = merged(capabilities[key], value);
    }
    const add = (to: Map<string, Target>, list: readonly Loose[], key: string, prefix: string) => {
      for (const entry of list) {
        const name = String(entry[key]);
        const shown = shownName(prefix, name);
        if (to.has(shown)) collisions.push({ name: shown, upstream: upstream.name });
        else to.set(shown, { upstream, name, shown: shown === name ? entry : { ...entry, [key]: shown } });
      }
    };
    const prefix = prefixed ? upstream.prefix : '';
    add(tools, offer.tools, 'name', prefix);
    add(prompts, offer.prompts, 'name', prefix);
    add(resources, offer.resources, 'uri', '');
    add(resourceTemplates, offer.resourceTemplates, 'uriTemplate', '');
  }
  const instructions = offers.flatMap(({ upstream, offer }) =>
    offer?.instructions === undefined ? [] : [{ server: upstream.name, text: offer.instructions }],
  );
  return { tools, prompts, resources, resourceTemplates, capabilities: announced(capabilities), instructions, collisions };
}

/** Servers come, go and change while the gateway runs: every list can change, whatever they say themselves. */
function announced(capabilities: Loose): Loose {
  const lists = ['tools', 'prompts', 'resources'].filter((key) => key === 'tools' || capabilities[key] !== undefined);
  return { ...capabilities, ...Object.fromEntries(lists.map((key) => [key, { ...objectAt(capabilities, key), listChanged: true }])) };
}

async function offerOf(upstream: Upstream, onLate: () => void): Promise<Offer | undefined> {
  const known = upstream.known();
  if (known) return known;
  // A server that does not come up is shown in its health; it must not take the others' tools away.
  const coming = upstream.offer().catch(() => undefined);
  const waiting = late.has(upstream);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), waiting ? 0 : patienceMs);
  const offer = await Promise.race([coming, promise]);
  clearTimeout(timer);
  if (offer || waiting) return offer;
  late.add(upstream);
  void coming.then((came) => {
    late.delete(upstream);
    if (came) onLate();
  });
  return undefined;
}

function merged(a: unknown, b: unknown): unknown {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return b ?? a;
  return { ...a, ...b };
}
