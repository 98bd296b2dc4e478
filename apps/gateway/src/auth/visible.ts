/** What a caller may know about the servers. */
import type { Upstream } from '../upstreams/upstream.ts';
import type { Principal } from './principal.ts';

/** Stands for seeing and changing how the gateway is configured. */
export const adminScope = 'gateway:admin';

/** Whether a caller may use anything of a server, or administers it: only then is it shown. */
export function maySee(caller: Principal, upstream: Upstream): boolean {
  return caller.allows(adminScope) || caller.allows(upstream.scopeOf('')) || callableTools(caller, upstream).length > 0;
}

/** The tools of a server that a caller may call, as far as they are known. */
export function callableTools(caller: Principal, upstream: Upstream): readonly string[] {
  const names = (upstream.known()?.tools ?? []).map(({ name }) => String(name));
  return names.filter((name) => caller.allows(upstream.scopeOf(name)));
}
