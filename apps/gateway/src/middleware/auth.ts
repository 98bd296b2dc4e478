/** Lets a request in, and says who it is. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ToolError } from '@sandlot/core';
import { keyOf, type Upgrade } from '@sandlot/core/http';
import type { Context, MiddlewareHandler } from 'hono';
import { canonicalAddress } from '../auth/address.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Principal } from '../auth/principal.ts';
import { isBelow, type Tickets } from '../auth/tickets.ts';
import type { Admission } from '../auth/usage.ts';

/** What the middleware leaves for the routes. */
export interface Variables {
  /** Who calls, and what they may do. */
  caller: Principal;
  /** The request as it counts against the caller's limits. */
  use: Admission;
  /** The parsed JSON body, on routes that take one. */
  body: unknown;
  /** True when the short way of calls has let the request in, see `short-way.ts`. */
  entered: boolean;
}

/** The environment of the gateway's Hono app. */
export interface GatewayEnv {
  Variables: Variables;
  /** Node's own objects, when the request came over a socket. One for a WebSocket has `upgrade` instead of `outgoing`. */
  Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse | undefined; upgrade?: Upgrade };
}

/** Options of {@link auth}. */
export interface AuthOptions {
  readonly authenticator: Authenticator;
  readonly tickets: Tickets;
  /** Paths of pages and WebSockets, where `?ticket=` stands in for a header. */
  readonly ticketPaths: readonly string[];
  /** Who has a pass of a UI, where a page of one is asked for. Default nobody. */
  readonly passOf?: (c: Context<GatewayEnv>) => Principal | undefined;
  /** The path for which credentials must be good. Default that of the request. */
  readonly pathOf?: (c: Context<GatewayEnv>) => string;
}

/** Asks for a credential: a header, or a one-time ticket on the paths of pages and WebSockets. */
export function auth(options: AuthOptions): MiddlewareHandler<GatewayEnv> {
  return async function auth(c, next) {
    c.set('caller', fromTicket(c, options) ?? options.passOf?.(c) ?? (await fromHeaders(c, options)));
    return next();
  };
}

function fromHeaders(c: Context<GatewayEnv>, { authenticator, pathOf }: AuthOptions): Principal | Promise<Principal> {
  const connection = c.env?.incoming?.socket;
  return authenticator.authenticate({
    headers: c.req.raw.headers,
    path: pathOf?.(c) ?? c.req.path,
    address: canonicalAddress(connection?.remoteAddress),
    connection,
  });
}

function fromTicket(c: Context<GatewayEnv>, { tickets, ticketPaths, pathOf }: AuthOptions): Principal | undefined {
  const given = c.req.url.includes('?') ? c.req.queries('ticket') : undefined;
  if (given === undefined || keyOf(c.req.raw.headers) !== undefined) return undefined;
  const path = pathOf?.(c) ?? c.req.path;
  if (!ticketPaths.some((prefix) => isBelow(path, prefix))) {
    throw new ToolError('UNAUTHENTICATED', `A ticket is not accepted on ${path}.`, { advice: 'Send the key or token in a header.' });
  }
  const [ticket = ''] = given;
  const principal = given.length === 1 ? tickets.redeem(ticket, c.req.method, path) : undefined;
  if (principal) return principal;
  throw new ToolError('UNAUTHENTICATED', 'The ticket is unknown, used, expired, or for something else.', {
    advice: 'Get a new one with POST /tickets.',
  });
}
