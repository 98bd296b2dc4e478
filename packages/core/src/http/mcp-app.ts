/** One server over HTTP: MCP of both eras at `/mcp`, and the server's own routes. */
import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/hono';
import { Hono } from 'hono';
import { ToolError } from '../errors.ts';
import { createMcpFetch } from '../mcp/http.ts';
import type { Runtime } from '../runtime.ts';
import { keyOf, sameKey } from './auth.ts';
import { isLoopback } from './listen.ts';
import { routesFetch } from './routes.ts';
import { type SocketEnv, socketRoutes } from './sockets.ts';

/** Options of {@link createMcpApp}. */
export interface McpAppOptions {
  /** The address that it will listen on; a loopback one checks `Host` and `Origin` against DNS rebinding. */
  host: string;
  /** Key that callers must send. */
  apiKey?: string | undefined;
  /** False serves without a key, on loopback only. Default true. */
  auth?: boolean;
}

/**
 * Makes the HTTP app of one server.
 *
 * @throws ToolError INVALID_ARGUMENT when it would be open to others: no key, or no authentication on a public address
 */
export function createMcpApp(runtime: Runtime, options: McpAppOptions): Hono<SocketEnv> {
  const { apiKey, auth = true } = options;
  const loopback = isLoopback(options.host);
  if (auth && apiKey === undefined) {
    throw new ToolError('INVALID_ARGUMENT', 'HTTP needs a key.', {
      advice: 'Set SANDLOT_API_KEY (16 characters or more), or use --no-auth on a loopback address.',
    });
  }
  if (!auth && !loopback) {
    throw new ToolError('INVALID_ARGUMENT', `--no-auth is refused on "${options.host}", which others can reach.`, {
      advice: 'Listen on 127.0.0.1, or set SANDLOT_API_KEY.',
    });
  }
  const app = new Hono<SocketEnv>();
  if (loopback) {
    const local = ['localhost', '127.0.0.1', '[::1]', options.host];
    app.use(hostHeaderValidation(local), originValidation(local));
  }
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.use(async (c, next) => {
    const given = keyOf(c.req.raw.headers);
    if (auth && (given === undefined || !sameKey(given, apiKey ?? ''))) {
      const error = new ToolError('UNAUTHENTICATED', given === undefined ? 'No API key was sent.' : 'The API key is wrong.');
      c.header('WWW-Authenticate', 'Bearer');
      return c.json({ error: error.toBody() }, 401);
    }
    return next();
  });
  const mcp = createMcpFetch(runtime, { transport: 'tcp' });
  app.all('/mcp', (c) => mcp.fetch(c.req.raw));
  const { routes } = runtime.server;
  if (routes) {
    const fetchRoute = routesFetch(runtime);
    for (const [at, to] of Object.entries({ ...routes.aliases, [routes.path]: routes.path })) {
      app.all(`${at}*`, (c) => fetchRoute(at === to ? c.req.raw : new Request(c.req.url.replace(at, to), c.req.raw)));
    }
  }
  app.route(
    '/',
    socketRoutes(runtime, () => 'local'),
  );
  return app;
}
