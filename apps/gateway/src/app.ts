/** The gateway's HTTP app: the order of everything that a request goes through, in one list. */
import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/hono';
import { errorTable, type Log, ToolError } from '@sandlot/core';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Guard, openGuard } from './mcp/guard.ts';
import type { SessionLimits } from './mcp/sessions.ts';
import type { Views } from './mcp/views.ts';
import { auth, type GatewayEnv } from './middleware/auth.ts';
import { httpSpan } from './middleware/http-span.ts';
import { jsonBody } from './middleware/json-body.ts';
import { healthRoutes } from './routes/health.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { restRoutes } from './routes/rest.ts';
import type { Registry } from './upstreams/registry.ts';

/** Options of {@link createApp}. */
export interface AppOptions {
  readonly registry: Registry;
  readonly views: Views;
  /** Default: whoever got in may do everything. */
  readonly guard?: Guard;
  readonly sessions: SessionLimits;
  /** Undefined asks for no key. */
  readonly apiKey: string | undefined;
  /** Names that `Host` and `Origin` may carry; empty checks nothing (a public bind without `allowedHosts`). */
  readonly hosts: readonly string[];
  readonly maxRequestBytes: number;
  readonly isReady: () => boolean;
  readonly log: Log;
}

/** The app, and what ends its sessions. */
export interface App {
  readonly app: Hono<GatewayEnv>;
  close(): Promise<void>;
}

/** Makes the app. */
export function createApp(options: AppOptions): App {
  const { registry, views, maxRequestBytes, hosts, log, guard = openGuard } = options;
  const app = new Hono<GatewayEnv>();
  app.onError((error, c) => fail(error, c, log));
  app.notFound((c) =>
    fail(
      new ToolError('NOT_FOUND', `No route ${c.req.method} ${c.req.path}.`, { advice: 'See /v1/openapi.json, or use MCP at /mcp.' }),
      c,
      log,
    ),
  );
  if (hosts.length > 0) app.use(hostHeaderValidation([...hosts]), originValidation([...hosts]));
  app.route('/', healthRoutes(options.isReady));
  app.use(auth(options.apiKey));
  app.use(bodyLimit({ maxSize: maxRequestBytes, onError: (c) => fail(tooLarge(maxRequestBytes), c, log) }));
  app.use(jsonBody());
  app.use(httpSpan());
  const mcp = mcpRoutes(views, { transport: 'tcp', maxRequestBytes, guard, log }, options.sessions);
  app.route('/', mcp.routes);
  app.route('/', restRoutes(registry, views, guard));
  return { app, close: mcp.close };
}

function tooLarge(most: number): ToolError {
  return new ToolError('PAYLOAD_TOO_LARGE', `The request body is over the limit of ${most} bytes.`, {
    advice: 'Send it in parts, or as a file.',
  });
}

const jsonRpcCodes: Record<string, number> = { INVALID_ARGUMENT: -32_700, INTERNAL: -32_603 };

/** One shape of error on every route; on MCP routes it is a JSON-RPC error besides. */
function fail(error: unknown, c: Context, log: Log): Response {
  if (error instanceof HTTPException) return error.getResponse();
  const known = ToolError.is(error) ? error : new ToolError('INTERNAL', 'Something went wrong inside Sandlot.', { cause: error });
  if (known.code === 'INTERNAL') log.error('request failed', { path: c.req.path, error });
  const body = known.toBody();
  const status = errorTable[known.code].status as ContentfulStatusCode;
  if (c.req.path === '/mcp' || c.req.path.startsWith('/mcp/')) {
    return c.json(
      {
        jsonrpc: '2.0',
        id: null,
        error: { code: jsonRpcCodes[body.code] ?? -32_000, message: `${body.message} ${body.advice}`, data: body },
      },
      status,
    );
  }
  return c.json({ success: false, message: body.message, data: null, error: body }, status);
}
