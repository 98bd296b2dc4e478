/** `/mcp` with all servers, `/mcp/<server>` with one. */
import { ToolError } from '@sandlot/core';
import type { McpHttpHandler } from '@modelcontextprotocol/server';
import { type Context, Hono } from 'hono';
import { createRelay, type RelayOptions, type View } from '../mcp/relay.ts';
import type { GatewayEnv } from '../middleware/auth.ts';

/**
 * MCP routes.
 *
 * @param all the view at `/mcp`
 * @param options limits and log
 */
export function mcpRoutes(all: View, options: RelayOptions): Hono<GatewayEnv> {
  const handlers = new Map<string, McpHttpHandler>([['', createRelay(all, options)]]);
  for (const upstream of all.upstreams) {
    handlers.set(upstream.name, createRelay({ ...all, name: upstream.name, title: upstream.title, upstreams: [upstream] }, options));
  }
  const answer = (c: Context<GatewayEnv>, name: string) => {
    const handler = handlers.get(name);
    if (!handler)
      throw new ToolError('NOT_FOUND', `No server "${name}".`, { advice: `Servers: ${[...handlers.keys()].filter(Boolean).join(', ')}.` });
    const authInfo = { token: '', clientId: c.get('principal'), scopes: [] };
    const body = c.get('body');
    return handler.fetch(c.req.raw, { authInfo, ...(body !== undefined && { parsedBody: body }) });
  };
  return new Hono<GatewayEnv>().all('/mcp', (c) => answer(c, '')).all('/mcp/:server', (c) => answer(c, c.req.param('server')));
}
