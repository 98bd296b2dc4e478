/** Rate and concurrency of each caller. */
import type { MiddlewareHandler } from 'hono';
import type { Usage } from '../auth/usage.ts';
import type { GatewayEnv } from './auth.ts';

/** Counts the request until its last byte is out, or its connection is gone, which is cut when the caller's credential ends before. */
export function limits(usage: Usage): MiddlewareHandler<GatewayEnv> {
  return async function limits(c, next) {
    const use = usage.enter(c.get('caller'), () => c.env?.incoming?.socket.destroy());
    const { leave } = use;
    c.set('use', use);
    const end = c.env?.outgoing ?? c.env?.incoming?.socket;
    if (end) {
      end.once('close', leave);
      return next();
    }
    try {
      return await next();
    } finally {
      leave();
    }
  };
}
