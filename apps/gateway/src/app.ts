/** The gateway's HTTP app: the order of everything that a request goes through, in one list. */
import { errorTable, type Log, ToolError } from '@sandlot/core';
import { keyOf } from '@sandlot/core/http';
import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Authenticator } from './auth/authenticator.ts';
import { challenge, type ChallengeOptions, isMcpPath, type OAuthResource } from './auth/challenge.ts';
import type { KeyEntry } from './auth/keys.ts';
import { Tickets } from './auth/tickets.ts';
import { Usage } from './auth/usage.ts';
import { type Guard, openGuard } from './mcp/guard.ts';
import { createEndpoint } from './mcp/endpoint.ts';
import type { SessionLimits } from './mcp/sessions.ts';
import type { Views } from './mcp/views.ts';
import { auth, type GatewayEnv } from './middleware/auth.ts';
import { createHostCheck, hostOrigin, type HostRule } from './middleware/host-origin.ts';
import { httpSpan } from './middleware/http-span.ts';
import { jsonBody } from './middleware/json-body.ts';
import { limits } from './middleware/limits.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { byteRoutes } from './routes/bytes.ts';
import { healthRoutes } from './routes/health.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { restRoutes } from './routes/rest.ts';
import { serverRoutes } from './routes/servers.ts';
import { socketHints, socketRoutes } from './routes/sockets.ts';
import { telemetryRoutes, type TelemetryRoutesOptions } from './routes/telemetry.ts';
import { ticketRoutes } from './routes/tickets.ts';
import { createShortWay, type ShortWay, unlessEntered } from './short-way.ts';
import { OpenSockets } from './sockets/open-sockets.ts';
import { type SocketRoute, ticketPath } from './sockets/route.ts';
import { consoleRoutes } from './ui/console.ts';
import { callerOfPass } from './ui/entrance.ts';
import { answer as answerUi, previewAt, previewHosts, uiRoutes } from './ui/routes.ts';
import type { Uis } from './ui/uis.ts';
import type { ServerAdmin } from './upstreams/admin.ts';
import type { Registry } from './upstreams/registry.ts';

/** Options of {@link createApp}. */
export interface AppOptions {
  readonly registry: Registry;
  readonly admin: ServerAdmin;
  readonly views: Views;
  /** Default: whoever got in may do everything. */
  readonly guard?: Guard;
  readonly telemetry: TelemetryRoutesOptions;
  readonly sessions: SessionLimits;
  readonly authenticator: Authenticator;
  /** Undefined without OAuth. */
  readonly oauth: OAuthResource | undefined;
  readonly hosts: HostRule;
  /** WebSockets. Default none. */
  readonly sockets?: readonly SocketRoute[];
  /** Paths of pages, on which a one-time ticket is accepted as it is on those of WebSockets. Default none. */
  readonly ticketPaths?: readonly string[];
  readonly uis: Uis;
  readonly maxRequestBytes: number;
  readonly isReady: () => boolean;
  readonly log: Log;
}

/** The app, and what ends its sessions. */
export interface App {
  readonly app: Hono<GatewayEnv>;
  readonly shortWay: ShortWay;
  /** Takes new keys, and ends what goes on with one that is gone. */
  readonly replaceKeys: (keys: readonly KeyEntry[]) => void;
  readonly close: () => Promise<void>;
}

/** How often what goes on is looked at for credentials that have ended, in milliseconds. */
const sweepMs = 30_000;

/** Makes the app. */
export function createApp(options: AppOptions): App {
  const { registry, views, maxRequestBytes, authenticator, ticketPaths = [], sockets = [], log, guard = openGuard, uis } = options;
  const tickets = new Tickets();
  const allTicketPaths = [...ticketPaths, ...sockets.map(ticketPath), ...uis.ticketPaths];
  const usage = new Usage();
  const sweeping = setInterval(() => usage.sweep(), sweepMs).unref();
  const openSockets = new OpenSockets();
  const challenges = { oauth: options.oauth, scopes: () => scopesOf(registry) };
  const checkHost = createHostCheck(options.hosts);
  const endpoint = createEndpoint(views, { transport: 'tcp', maxRequestBytes, guard, log }, options.sessions);
  const shortWay = createShortWay({ hosts: options.hosts, checkHost, authenticator, usage, maxRequestBytes, views, endpoint, guard });
  const fail = (error: unknown, c: Context) => answer(error, c, log, challenges);
  const app = new Hono<GatewayEnv>();
  app.onError(fail);
  app.notFound((c) =>
    fail(new ToolError('NOT_FOUND', `No route ${c.req.method} ${c.req.path}.`, { advice: 'See /v1/openapi.json, or use MCP at /mcp.' }), c),
  );
  app.use(securityHeaders());
  app.use(shortWay.settled);
  app.use(hostOrigin(checkHost));
  app.use(previewHosts(previewApp(options, { tickets, usage, guard, fail }), options.hosts.names));
  app.route('/', healthRoutes(options.isReady));
  app.route('/', oauthRoutes(challenges));
  app.route('/', consoleRoutes(uis));
  // Whatever is added below this line needs a credential.
  const authenticate = auth({
    authenticator,
    tickets,
    ticketPaths: allTicketPaths,
    passOf(c) {
      const place = uis.placeOf(new URL(c.req.url).pathname);
      return place && callerOfPass(c, place, uis.passes);
    },
  });
  app.use(unlessEntered(authenticate));
  app.use(unlessEntered(limits(usage)));
  // Before the span: looking at telemetry makes none.
  app.route('/', telemetryRoutes(options.telemetry));
  app.route('/', uiRoutes(uis, guard));
  app.route('/', byteRoutes(registry, guard, options.oauth?.publicUrl));
  app.use(unlessEntered(jsonBody(maxRequestBytes)));
  app.use(httpSpan());
  app.route('/', ticketRoutes(tickets, allTicketPaths));
  app.route('/', socketRoutes(sockets, guard, openSockets));
  app.route('/', mcpRoutes(views, endpoint, guard));
  app.route('/', serverRoutes({ registry, admin: options.admin, guard }));
  app.route('/', restRoutes(registry, views, guard, { workspace: uis.options.workspace, agentUser: uis.options.user }));
  app.route('/', socketHints(sockets));
  return {
    app,
    shortWay,
    replaceKeys(keys) {
      authenticator.replaceKeys(keys);
      usage.sweep();
    },
    async close() {
      clearInterval(sweeping);
      openSockets.close();
      await endpoint.close();
    },
  };
}

/** The app of hosts of the form `<port>-<host>`: the same policy, and nothing but the port behind it. */
function previewApp(
  { authenticator, uis }: AppOptions,
  { tickets, usage, guard, fail }: { tickets: Tickets; usage: Usage; guard: Guard; fail: (error: unknown, c: Context) => Response },
): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  app.onError(fail);
  const pathOf = (c: Context<GatewayEnv>) => {
    const { path, rest } = previewAt(c);
    return `${path.slice(0, -1)}${rest}`;
  };
  app.use(auth({ authenticator, tickets, ticketPaths: ['/proxy/'], pathOf, passOf: (c) => callerOfPass(c, previewAt(c), uis.passes) }));
  app.use(limits(usage));
  app.all('*', (c) => answerUi(c, previewAt(c), uis, guard));
  return app;
}

/** Every scope that some tool needs. */
function scopesOf(registry: Registry): readonly string[] {
  const scopes = registry.list().flatMap((upstream) => (upstream.known()?.tools ?? []).map(({ name }) => upstream.scopeOf(String(name))));
  return [...new Set(scopes)].sort();
}

const jsonRpcCodes: Record<string, number> = { INVALID_ARGUMENT: -32_602, INTERNAL: -32_603 };

/** What the policy refuses; an operator may want to see it. */
const refusals: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED']);

/** The id of a JSON-RPC request, so that its caller knows what was refused. */
function idOf(body: unknown): string | number | null {
  const id: unknown = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/** One shape of error on every route; on MCP routes it is a JSON-RPC error besides. */
function answer(error: unknown, c: Context, log: Log, challenges: ChallengeOptions): Response {
  if (error instanceof HTTPException) return error.getResponse();
  const known = ToolError.is(error) ? error : new ToolError('INTERNAL', 'Something went wrong inside Sandlot.', { cause: error });
  if (known.code === 'INTERNAL') log.error('request failed', { path: c.req.path, error });
  else if (refusals.has(known.code)) log.info('request refused', { path: c.req.path, code: known.code, message: known.message });
  const body = known.toBody();
  const status = errorTable[known.code].status as ContentfulStatusCode;
  const wanted = challenge(known, c.req.path, keyOf(c.req.raw.headers) !== undefined, challenges);
  if (wanted !== undefined) c.header('WWW-Authenticate', wanted);
  const wait = known.data?.['retry_after_s'];
  if (typeof wait === 'number') c.header('Retry-After', String(wait));
  if (isMcpPath(c.req.path)) {
    // What was not understood at all is a parse error.
    const isUnread = body.code === 'INVALID_ARGUMENT' && c.req.method === 'POST' && c.get('body') === undefined;
    return c.json(
      {
        jsonrpc: '2.0',
        id: idOf(c.get('body')),
        error: { code: isUnread ? -32_700 : (jsonRpcCodes[body.code] ?? -32_000), message: `${body.message} ${body.advice}`, data: body },
      },
      status,
    );
  }
  return c.json({ success: false, message: body.message, data: null, error: body }, status);
}
