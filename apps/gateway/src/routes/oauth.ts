/** OAuth protected-resource metadata, RFC 9728: where clients get tokens for each MCP URL. Open to all, as the RFC wants it. */
import { type Context, Hono } from 'hono';
import { type ChallengeOptions, isMcpPath, metadataPath } from '../auth/challenge.ts';
import type { GatewayEnv } from '../middleware/auth.ts';

/** The metadata of the gateway, and of `/mcp` and every URL below it. There is none without an authorization server. */
export function oauthRoutes({ oauth, scopes }: ChallengeOptions): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  if (!oauth) return routes;
  const metadata = (c: Context<GatewayEnv>) => {
    const path = c.req.path.slice(metadataPath.length);
    if (path !== '' && !isMcpPath(path)) return c.notFound();
    return c.json({
      resource: `${oauth.publicUrl}${path}`,
      authorization_servers: oauth.authorizationServers,
      scopes_supported: scopes(),
      bearer_methods_supported: ['header'],
      resource_name: 'Sandlot',
    });
  };
  return routes.get(metadataPath, metadata).get(`${metadataPath}/*`, metadata);
}
