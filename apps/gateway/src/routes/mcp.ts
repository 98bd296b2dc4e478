/** `/mcp` with all servers, `/mcp/<server>` with one. */
import { ToolError } from '@sandlot/core';
import { type Context, Hono } from 'hono';
import { createEndpoint, type McpEndpoint } from '../mcp/endpoint.ts';
import type { RelayOptions } from '../mcp/relay-server.ts';
import type { SessionLimits } from '../mcp/sessions.ts';
import type { Views } from '../mcp/views.ts';
import type { GatewayEnv } from '../middleware/auth.ts';

/** MCP routes with what must be closed at the end. */
export interface McpRoutes {
  readonly routes: Hono<GatewayEnv>;
  close(): Promise<void>;
}

/** Makes the MCP routes. An endpoint is made at its first request. */
export function mcpRoutes(views: Views, options: RelayOptions, limits: SessionLimits): McpRoutes {
  const endpoints = new Map<string, McpEndpoint>();
  const answer = (c: Context<GatewayEnv>, name: string) => {
    const view = name === '' ? views.all : views.one(name);
    if (!view) throw new ToolError('NOT_FOUND', `No server "${name}".`, { advice: `Servers: ${views.names().join(', ')}.` });
    const endpoint = endpoints.get(name) ?? createEndpoint(view, options, limits);
    endpoints.set(name, endpoint);
    return endpoint.fetch(c.req.raw, c.get('caller'), c.get('body'));
  };
  return {
    routes: new Hono<GatewayEnv>().all('/mcp', (c) => answer(c, '')).all('/mcp/:server', (c) => answer(c, c.req.param('server'))),
    close: async () => void (await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()))),
  };
}
