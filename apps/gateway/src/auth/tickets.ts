/** One-time tickets: a credential in a URL, for pages and WebSockets that cannot send a header. */
import { randomBytes } from 'node:crypto';
import { digestOf } from './keys.ts';
import { narrow, type Principal } from './principal.ts';
import { exhausted } from './usage.ts';

/** What a ticket is good for. */
export interface TicketUse {
  /** The path, and everything below it. */
  readonly path: string;
  readonly method: string;
  /** Scopes; no more than the principal has. */
  readonly scopes: readonly string[];
  readonly ttlSeconds: number;
}

interface Ticket extends TicketUse {
  readonly principal: Principal;
  readonly expiresAt: number;
}

const mostPerPrincipal = 100;
const mostTickets = 10_000;

/** The tickets that are out. Only their SHA-256 is kept. */
export class Tickets {
  readonly #tickets = new Map<string, Ticket>();

  /** Makes a ticket of 128 random bits. @throws ToolError RESOURCE_EXHAUSTED when too many are out */
  issue(principal: Principal, use: TicketUse): string {
    const now = Date.now();
    let own = 0;
    for (const [digest, ticket] of this.#tickets) {
      if (ticket.expiresAt <= now) this.#tickets.delete(digest);
      else if (ticket.principal.id === principal.id) own++;
    }
    if (own >= mostPerPrincipal || this.#tickets.size >= mostTickets) {
      throw exhausted(`${own} tickets of this caller are out, unused.`, use.ttlSeconds);
    }
    const ticket = randomBytes(16).toString('base64url');
    this.#tickets.set(keyOf(ticket), { ...use, principal, expiresAt: now + use.ttlSeconds * 1000 });
    return ticket;
  }

  /**
   * Uses a ticket up, also when it does not fit.
   *
   * @returns its principal with its scopes; undefined alike for one that is unknown, used, expired, for something else, or
   *   of a maker whose own credential has ended
   */
  redeem(text: string, method: string, path: string): Principal | undefined {
    const digest = keyOf(text);
    const ticket = this.#tickets.get(digest);
    this.#tickets.delete(digest);
    if (!ticket?.principal.isValid() || ticket.expiresAt <= Date.now()) return undefined;
    if (ticket.method !== method || !isBelow(path, ticket.path)) return undefined;
    return narrow(ticket.principal, ticket.scopes);
  }
}

/** True for a path that every reader understands alike: no empty or dot segments, no backslash, nothing encoded that would be either. */
export function isPlainPath(path: string): boolean {
  return path.startsWith('/') && !/\/\/|\\|%2f|%5c|%2e|%00|[?#\s]/i.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path);
}

/** True when the path is the prefix or below it; `/vnc` is not above `/vncx`. */
export function isBelow(path: string, prefix: string): boolean {
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return isPlainPath(path) && (path === prefix || path.startsWith(folder));
}

function keyOf(ticket: string): string {
  return digestOf(ticket).toString('base64url');
}
