/** The state of every server, for people who run the gateway. Starts nothing. */
import type { Finding } from '../lint/finding.ts';
import { surveyServer } from '../lint/survey.ts';
import { mergeOffers } from '../mcp/catalog.ts';
import type { Origin } from './entries.ts';
import type { Registry } from './registry.ts';
import type { ServerEntry } from './settings.ts';
import type { UpstreamHealth } from './upstream.ts';

/** A server. */
export interface ServerStatus extends Omit<UpstreamHealth, 'state' | 'restarts'> {
  readonly id: string;
  readonly title?: string;
  /** `sandlot` for ours. */
  readonly origin: Origin | 'sandlot';
  readonly transport?: 'stdio' | 'http' | 'sse' | 'unix';
  readonly state: UpstreamHealth['state'] | 'broken';
  readonly restarts?: number;
  /** How many tools clients see of it; unknown until it was asked. */
  readonly tools?: number;
  /** What their definitions cost in a model's context, about. */
  readonly tokens?: number;
  /** The same by tool, the most expensive first. */
  readonly costs?: Readonly<Record<string, number>>;
  /** What known clients will not take of them. */
  readonly findings?: readonly Finding[];
  /** Names that are refused in views of several servers, because an earlier server has them. */
  readonly collisions?: readonly string[];
}

/** Every server: those that are served, in order, then those that are switched off or broken. */
export function statusOf(registry: Registry): readonly ServerStatus[] {
  const { served, disabled, broken } = registry.entries;
  const refused = collisionsOf(registry);
  return [
    ...registry.list().map((upstream): ServerStatus => {
      const added = served.get(upstream.name);
      const collisions = refused.get(upstream.name);
      return {
        id: upstream.name,
        title: upstream.title,
        origin: added?.origin ?? 'sandlot',
        transport: added ? transportOf(added.entry) : 'unix',
        ...upstream.health(),
        ...surveyServer(upstream),
        ...(collisions && { collisions }),
      };
    }),
    ...[...disabled].map(([id, { entry, origin }]): ServerStatus => ({ id, origin, transport: transportOf(entry), state: 'disabled' })),
    ...broken.map(({ id, error, origin }): ServerStatus => ({ id, origin, state: 'broken', error })),
  ];
}

/** Names and URIs that an earlier server, or an earlier entry of the same one, has already; by server. */
export function collisionsOf(registry: Registry): ReadonlyMap<string, readonly string[]> {
  const { collisions } = mergeOffers(
    registry.list().map((upstream) => ({ upstream, offer: upstream.known() })),
    true,
  );
  const byServer = Map.groupBy(collisions, ({ upstream }) => upstream);
  return new Map([...byServer].map(([server, found]) => [server, found.map(({ name }) => name)]));
}

function transportOf(entry: ServerEntry): 'stdio' | 'http' | 'sse' {
  if ('command' in entry) return 'stdio';
  return entry.type === 'sse' ? 'sse' : 'http';
}
