/** Rate and concurrency of each caller. */
import type { MiddlewareHandler } from 'hono';
import type { Principal } from '../auth/principal.ts';
import type { Admission, Usage } from '../auth/usage.ts';
import type { GatewayEnv } from './auth.ts';

/**
 * Counts the request until its last byte is out, or its connection is gone, which is cut when the caller's credential ends before.
 *
 * @throws ToolError RESOURCE_EXHAUSTED
 */
export function admit(usage: Usage, caller: Principal, { incoming, outgoing }: GatewayEnv['Bindings'] = {}): Admission {
  const use = usage.enter(caller, () => incoming?.socket.destroy());
  (outgoing ?? incoming?.socket)?.once('close', use.leave);
  return use;
}

/** Admits requests. */
export function limits(usage: Usage): MiddlewareHandler<GatewayEnv> {
  return async function limits(c, next) {
    const use = admit(usage, c.get('caller'), c.env);
    c.set('use', use);
    if (c.env?.incoming) return next();
    try {
      return await next();
    } finally {
      use.leave();
    }
  };
}
