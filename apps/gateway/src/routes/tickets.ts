/** `POST /tickets`: a one-time credential for a page or a WebSocket. */
import { ToolError } from '@sandlot/core';
import { Hono } from 'hono';
import { z } from 'zod';
import { isScope, requireScopes } from '../auth/scopes.ts';
import { isBelow, isPlainPath, type Tickets } from '../auth/tickets.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { objectBody } from './object-body.ts';

const requestSchema = z.strictObject({
  path: z.string().refine(isPlainPath, 'expected a path such as /vnc/, without query, encoded slashes or dot segments'),
  ttl_s: z.number().int().min(1).max(30).default(30),
  scope: z
    .string()
    .transform((text) => text.split(' ').filter(Boolean))
    .pipe(z.array(z.string().refine(isScope, 'no scope')).min(1))
    .optional(),
  method: z.enum(['GET', 'POST']).default('GET'),
});

/** The route, for tickets on these paths. The ticket stands for its maker, on one path and below, for one request, with no more scopes than the maker has. */
export function ticketRoutes(tickets: Tickets, paths: readonly string[]): Hono<GatewayEnv> {
  return new Hono<GatewayEnv>().post('/tickets', (c) => {
    const parsed = requestSchema.safeParse(objectBody(c.get('body')));
    if (!parsed.success) {
      throw new ToolError('INVALID_ARGUMENT', `The ticket cannot be made: ${z.prettifyError(parsed.error)}`, {
        advice: 'Send {"path": "/vnc/", "ttl_s": 30, "scope": "browser:read", "method": "GET"}; all but the path may be left away.',
      });
    }
    const asked = parsed.data.path;
    if (!paths.some((known) => isBelow(asked, known) || isBelow(known, asked))) {
      throw new ToolError('INVALID_ARGUMENT', `No ticket is accepted on ${asked.slice(0, 200)}: tickets are for pages and WebSockets.`, {
        advice: `Paths with tickets: ${paths.join(', ')}. Elsewhere, send the key or token in a header.`,
      });
    }
    const { path, ttl_s: ttlSeconds, method, scope } = parsed.data;
    const caller = c.get('caller');
    const scopes = scope ?? caller.scopes;
    requireScopes(caller, scopes);
    return c.json({ ticket: tickets.issue(caller, { path, method, scopes, ttlSeconds }), expires_in: ttlSeconds, path, method });
  });
}
