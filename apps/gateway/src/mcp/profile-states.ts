/** Names that profiles give and that were refused. Starts nothing: what is not known yet collides with nothing. */
import type { Profiles } from '../config/profiles.ts';
import type { Registry } from '../upstreams/registry.ts';
import { type Collision, mergeOffers } from './catalog.ts';
import { applyProfile, everything, serverChoice } from './selection.ts';

/** What is refused, by profile; profiles without are left out. */
export function profileCollisions(registry: Registry, profiles: Profiles): ReadonlyMap<string, readonly Collision[]> {
  return new Map(
    [...profiles].flatMap(([name, profile]) => {
      const isChosen = serverChoice(profile, everything);
      const known = registry.list().filter((upstream) => isChosen(upstream.name));
      const merged = mergeOffers(
        known.map((upstream) => ({ upstream, offer: upstream.known() })),
        true,
      );
      const refused = applyProfile(merged, profile).collisions.filter(({ tool }) => tool !== undefined);
      return refused.length > 0 ? [[name, refused] as const] : [];
    }),
  );
}
