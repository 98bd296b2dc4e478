/**
 * What a browser shows in place of a key at a UI, after it came with a one-time ticket: a random text in a cookie, or, for a previewed page
 * that may have no cookie, in its path. It is good for one place only.
 */
import { randomBytes } from 'node:crypto';
import { digestOf } from '../auth/keys.ts';
import { narrow, type Principal } from '../auth/principal.ts';
import { exhausted } from '../auth/usage.ts';
import { type Place, scopeOf } from './place.ts';

interface Pass {
  readonly principal: Principal;
  readonly place: string;
  readonly endsAt: number;
  usedAt: number;
}

/** How long passes are good, and how many there are. */
export interface PassLimits {
  /** Without a request for this long it ends, in milliseconds. Default an hour. */
  readonly idleMs?: number;
  /** It ends after this, in milliseconds. Default twelve hours. */
  readonly mostMs?: number;
}

const mostPerPrincipal = 1000;
const cookiePrefix = 'sandlot_';

/** The passes that are out. Only their SHA-256 is kept. */
export class Passes {
  /** Cookies do not know ports: two gateways of one host must not overwrite each other's. */
  readonly cookie = `${cookiePrefix}${randomBytes(4).toString('hex')}`;
  readonly #passes = new Map<string, Pass>();
  readonly #limits: Required<PassLimits>;

  constructor(limits: PassLimits = {}) {
    this.#limits = { idleMs: 60 * 60_000, mostMs: 12 * 60 * 60_000, ...limits };
  }

  /** Makes a pass of 128 random bits. @throws ToolError RESOURCE_EXHAUSTED when a caller has too many */
  issue(principal: Principal, place: Place): string {
    let own = 0;
    for (const [digest, pass] of this.#passes) {
      if (!this.#isGood(pass)) this.#passes.delete(digest);
      else if (pass.principal.id === principal.id) own++;
    }
    if (own >= mostPerPrincipal) throw exhausted(`${own} pages of this caller are open.`, 60);
    const pass = randomBytes(16).toString('base64url');
    const now = Date.now();
    this.#passes.set(keyOf(pass), { principal, place: keyOfPlace(place), usedAt: now, endsAt: now + this.#limits.mostMs });
    return pass;
  }

  /** Whose pass it is, with nothing but the scope of the place; undefined for one that is not good here. */
  find(texts: readonly string[], place: Place): Principal | undefined {
    for (const text of texts) {
      const pass = this.#passes.get(keyOf(text));
      if (!pass || pass.place !== keyOfPlace(place) || !this.#isGood(pass)) continue;
      pass.usedAt = Date.now();
      const isValid = () => {
        // It is asked again and again while a WebSocket is open: that is use, too.
        pass.usedAt = Date.now();
        return pass.principal.isValid() && pass.usedAt < pass.endsAt;
      };
      return { ...narrow(pass.principal, [scopeOf(place)]), isValid };
    }
    return undefined;
  }

  /** The passes in a `Cookie` header. */
  inCookies(header: string | null): string[] {
    return pairsOf(header ?? '').flatMap(([name, value]) => (name === this.cookie ? [value] : []));
  }

  #isGood(pass: Pass): boolean {
    const now = Date.now();
    return pass.principal.isValid() && now < pass.endsAt && now - pass.usedAt < this.#limits.idleMs;
  }
}

/** A `Cookie` header without the gateway's own cookies; undefined when none is left. */
export function foreignCookies(header: string | null): string | undefined {
  const kept = pairsOf(header ?? '').filter(([name]) => !isOwnCookie(name));
  return kept.length > 0 ? kept.map(([name, value]) => `${name}=${value}`).join('; ') : undefined;
}

/** True for a cookie of a gateway. */
export function isOwnCookie(name: string): boolean {
  return name.trim().toLowerCase().startsWith(cookiePrefix);
}

function pairsOf(header: string): [string, string][] {
  return header.split(';').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]];
  });
}

/** The same port on its own host is another place: there, a page has the origin for itself. */
function keyOfPlace({ form, path }: Place): string {
  return `${form ?? 'ui'} ${path}`;
}

function keyOf(pass: string): string {
  return digestOf(pass).toString('base64url');
}
