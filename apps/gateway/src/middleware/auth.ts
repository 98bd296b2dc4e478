/** Lets a request in, and says who it is. */
import { ToolError } from '@sandlot/core';
import { keyOf, sameKey } from '@sandlot/core/http';
import type { MiddlewareHandler } from 'hono';

/** What the middleware leaves for the routes. */
export interface Variables {
  /** Who calls. */
  principal: string;
  /** The parsed JSON body, on routes that take one. */
  body: unknown;
}

/** The environment of the gateway's Hono app. */
export interface GatewayEnv {
  Variables: Variables;
}

/**
 * Asks for the API key.
 *
 * @param apiKey the key; undefined lets everybody in (allowed on loopback only, checked at start)
 */
export function auth(apiKey: string | undefined): MiddlewareHandler<GatewayEnv> {
  return async function auth(c, next) {
    if (apiKey !== undefined) {
      const given = keyOf(c.req.raw.headers);
      if (given === undefined || !sameKey(given, apiKey)) {
        c.header('WWW-Authenticate', 'Bearer realm="sandlot"');
        throw new ToolError('UNAUTHENTICATED', given === undefined ? 'No API key was sent.' : 'The API key is wrong.', {
          advice: 'Send "Authorization: Bearer <key>" with the key that the gateway showed at its start.',
        });
      }
    }
    c.set('principal', apiKey === undefined ? 'local' : 'key');
    return next();
  };
}
