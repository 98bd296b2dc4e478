/** `/healthz` and `/readyz`: no key needed, no detail given. */
import { Hono } from 'hono';
import type { GatewayEnv } from '../middleware/auth.ts';

/** Health routes. */
export function healthRoutes(isReady: () => boolean): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', (c) => (isReady() ? c.json({ status: 'ready' }) : c.json({ status: 'stopping' }, 503)));
}
