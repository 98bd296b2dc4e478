/** Scopes: `<server>:<verb>`, with `*` for any server, any verb, or both. A list that is absent or empty allows nothing. */
import { ToolError } from '@sandlot/core';
import type { Principal } from './principal.ts';

const word = String.raw`[A-Za-z0-9][A-Za-z0-9._-]*`;
const pattern = new RegExp(String.raw`^(?:\*|(?:\*|${word}):(?:\*|${word}))$`);

/** True for `file:read`, `file:*`, `*:read` and `*`. */
export function isScope(text: string): boolean {
  return pattern.test(text);
}

/**
 * Compiles a list of scopes.
 *
 * @returns tells whether the list allows a scope. A scope with a wildcard is allowed when the list allows all that it stands for.
 */
export function compileScopes(scopes: readonly string[]): (scope: string) => boolean {
  const exact = new Set(scopes.filter((scope) => !scope.includes('*')));
  const servers = new Set(scopes.filter((scope) => scope.endsWith(':*')).map((scope) => scope.slice(0, -2)));
  const verbs = new Set(scopes.filter((scope) => scope.startsWith('*:')).map((scope) => scope.slice(2)));
  if (scopes.includes('*') || servers.has('*')) return isScope;
  return function allows(scope) {
    if (exact.has(scope)) return true;
    const colon = scope.indexOf(':');
    return colon > 0 && (servers.has(scope.slice(0, colon)) || verbs.has(scope.slice(colon + 1)));
  };
}

/**
 * Refuses a caller who lacks one of the scopes; the answer lists all of them, and is 403 with a challenge on HTTP.
 *
 * @throws ToolError PERMISSION_DENIED with `data.scopes`
 */
export function requireScopes(caller: Principal, scopes: readonly string[]): void {
  const missing = scopes.filter((scope) => !caller.allows(scope));
  if (missing.length === 0) return;
  throw new ToolError(
    'PERMISSION_DENIED',
    `This needs the scope ${scopes.join(' and ')}, and the credential lacks ${missing.join(' and ')}.`,
    {
      advice: 'Use a key or token with these scopes.',
      data: { scopes: [...scopes] },
    },
  );
}
