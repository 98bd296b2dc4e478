/** Who calls, and what they may do. */
import { compileScopes } from './scopes.ts';

/** How much one principal may ask for. */
export interface PrincipalLimits {
  /** Requests a second, in the long run; 0 sets no limit. */
  readonly ratePerSecond: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
  /** Requests that may be under way at once, open streams included; 0 sets no limit. */
  readonly concurrent: number;
  /** MCP sessions that may be open at once; 0 sets no limit. */
  readonly sessions: number;
}

/** A verified caller. State, limits and audit records belong to its id. */
export interface Principal {
  /** Different kinds of credentials never share an id: `key`, `key:<id>`, `jwt:<sub>`, `local`. */
  readonly id: string;
  readonly scopes: readonly string[];
  readonly limits: PrincipalLimits;
  /** When its credential ends, in milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Whether its credential is still good: not expired, not taken back. Whatever lives long looks at it again. */
  isValid(): boolean;
  /** Whether it may do what the scope stands for. */
  allows(scope: string): boolean;
}

/** A credential that was found good. */
export interface Credential {
  readonly principal: Principal;
  /** Whether it is good for this path. */
  readonly isFor: (path: string) => boolean;
}

/** No limits: for callers that no credential stands for. */
export const unlimited: PrincipalLimits = { ratePerSecond: 0, burst: 0, concurrent: 0, sessions: 0 };

/**
 * Makes a principal. Nothing is allowed that its scopes do not say.
 *
 * @param isKept whether the credential has not been taken back. Default: it cannot be
 */
export function createPrincipal(
  id: string,
  scopes: readonly string[],
  limits: PrincipalLimits,
  expiresAt?: number,
  isKept: () => boolean = () => true,
): Principal {
  return {
    id,
    scopes,
    limits,
    allows: compileScopes(scopes),
    ...(expiresAt !== undefined && { expiresAt }),
    isValid: () => isKept() && (expiresAt === undefined || Date.now() < expiresAt),
  };
}

/** The caller of a gateway that asks for no credential: one client over stdio, or `auth` set to `none`. */
export function localPrincipal(limits: PrincipalLimits = unlimited): Principal {
  return createPrincipal('local', ['*'], limits);
}

/** The same principal with fewer scopes; what it may not do itself, the narrow one may not either. */
export function narrow(principal: Principal, scopes: readonly string[]): Principal {
  const within = compileScopes(scopes);
  return { ...principal, scopes, allows: (scope) => within(scope) && principal.allows(scope) };
}
