/** The `WWW-Authenticate` header: what a refused caller needs. RFC 6750, RFC 9728, and the authorization part of MCP. */
import type { ToolError } from '@sandlot/core';

/** The gateway as an OAuth protected resource. */
export interface OAuthResource {
  /** URL under which callers reach the gateway, without a slash at its end. */
  readonly publicUrl: string;
  readonly authorizationServers: readonly string[];
  /** Scopes that a client should ask for first; undefined asks for every `:read`. */
  readonly scopes: readonly string[] | undefined;
}

/** What {@link challenge} needs to know. */
export interface ChallengeOptions {
  readonly oauth: OAuthResource | undefined;
  /** Every scope that some tool needs. */
  readonly scopes: () => readonly string[];
}

/** Where the metadata of each MCP URL stands. */
export const metadataPath = '/.well-known/oauth-protected-resource';

/**
 * Makes the header for an error.
 *
 * @param credential whether one was sent
 * @returns undefined for an error that asks for none
 */
export function challenge(error: ToolError, path: string, credential: boolean, options: ChallengeOptions): string | undefined {
  const { oauth } = options;
  const parts: Record<string, string> = {};
  const needed = error.data?.['scopes'];
  if (error.code === 'UNAUTHENTICATED') {
    if (credential) Object.assign(parts, { error: 'invalid_token', error_description: error.message });
    if (oauth) parts['scope'] = (oauth.scopes ?? options.scopes().filter((scope) => scope.endsWith(':read'))).join(' ');
  } else if (error.code === 'PERMISSION_DENIED' && Array.isArray(needed)) {
    Object.assign(parts, { error: 'insufficient_scope', error_description: error.message, scope: needed.join(' ') });
  } else return undefined;
  if (oauth) parts['resource_metadata'] = `${oauth.publicUrl}${metadataPath}${isMcpPath(path) ? path : ''}`;
  return `Bearer ${Object.entries({ realm: 'sandlot', ...parts })
    .map(([name, value]) => `${name}="${value.replaceAll(/[^ !#-[\]-~]/g, "'")}"`)
    .join(', ')}`;
}

/** True for a URL of MCP: `/mcp` and below. */
export function isMcpPath(path: string): boolean {
  return path === '/mcp' || path.startsWith('/mcp/');
}
