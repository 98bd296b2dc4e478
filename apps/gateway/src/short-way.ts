/**
 * The short way of the request that matters most: a `tools/call`, straight from Node's request to Node's response. It goes through the
 * checks of the app in their order, by the same functions. Whatever is doubtful is the app's, and so is every refusal: it gets them with
 * what has been settled until then.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import { canonicalAddress } from './auth/address.ts';
import type { Authenticator } from './auth/authenticator.ts';
import type { Usage } from './auth/usage.ts';
import type { McpEndpoint } from './mcp/endpoint.ts';
import { modernVersion } from './mcp/envelope.ts';
import type { Guard } from './mcp/guard.ts';
import { stepUp } from './mcp/step-up.ts';
import type { ViewAddress, Views } from './mcp/views.ts';
import type { GatewayEnv, Variables } from './middleware/auth.ts';
import type { HostCheck, HostRule } from './middleware/host-origin.ts';
import { openHttpSpan } from './middleware/http-span.ts';
import { checkHead, checkLength } from './middleware/json-body.ts';
import { admit } from './middleware/limits.ts';
import { parseStrict } from './middleware/strict-json.ts';
import { viewAt } from './routes/mcp.ts';
import { isPreviewHost } from './ui/routes.ts';

/** What the checks are made with: the app's own. */
export interface ShortWayOptions {
  readonly hosts: HostRule;
  readonly checkHost: HostCheck;
  readonly authenticator: Authenticator;
  readonly usage: Usage;
  readonly maxRequestBytes: number;
  readonly views: Views;
  readonly endpoint: McpEndpoint;
  readonly guard: Guard;
}

/** The rest of the way: the app. */
export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** What has been settled of a request: what the app's checks leave for its routes, and the refusal that one of them came to. */
type Settled = { -readonly [Name in keyof Variables]?: Variables[Name] } & { refusal?: unknown };

/** The short way, and what tells the app of it. */
export interface ShortWay {
  /** Answers a request if it may be a plain call by its head. */
  take(incoming: IncomingMessage, outgoing: ServerResponse, app: Listener): boolean;
  /** Goes before the checks of the app. */
  readonly settled: MiddlewareHandler<GatewayEnv>;
}

/** Makes it. */
export function createShortWay(options: ShortWayOptions): ShortWay {
  const known = new WeakMap<IncomingMessage, Settled>();
  return {
    take(incoming, outgoing, app) {
      const address = addressOf(incoming);
      if (!address || isPreviewHost(incoming.headers.host ?? '', options.hosts.names)) return false;
      const settled: Settled = {};
      const goOn = () => {
        known.set(incoming, settled);
        app(incoming, outgoing);
      };
      run(incoming, outgoing, address, options, settled).then(
        (isAnswered) => isAnswered || goOn(),
        (error: unknown) => {
          settled.refusal = error;
          goOn();
        },
      );
      return true;
    },
    async settled(c, next) {
      const { caller, use, body, entered = false, refusal } = (c.env?.incoming && known.get(c.env.incoming)) ?? {};
      if (caller) c.set('caller', caller);
      if (use) c.set('use', use);
      c.set('body', body);
      c.set('entered', entered);
      if (refusal !== undefined) throw refusal;
      return next();
    },
  };
}

/** Runs the checks and the call. @returns false for what only the app can answer @throws what a check refuses with */
async function run(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  address: ViewAddress,
  { checkHost, authenticator, usage, maxRequestBytes, views, endpoint, guard }: ShortWayOptions,
  settled: Settled,
): Promise<boolean> {
  const { headers: lines, socket: connection, url: path = '' } = incoming;
  const { host = '', origin } = lines;
  const headers = headersOf(incoming);
  checkHost(host, `http://${host}${path}`, origin);
  const caller = await authenticator.authenticate({ headers, path, address: canonicalAddress(connection.remoteAddress), connection });
  settled.caller = caller;
  settled.use = admit(usage, caller, { incoming, outgoing });
  checkHead(headers);
  checkLength(lines['content-length'] ?? '', maxRequestBytes);
  const body = parseStrict(await textOf(incoming));
  settled.body = body;
  settled.entered = true;
  const view = viewAt(views, address, caller);
  const answer = endpoint.call(headers, view, caller, body);
  if (!answer) return false;
  const span = openHttpSpan({ method: 'POST', route: routeOf(address), path, principal: caller.id, headers, body });
  outgoing.once('close', () => span.end(outgoing.statusCode));
  await span.run(async () => {
    await stepUp(view, body, caller, guard);
    await answer(outgoing);
  });
  return true;
}

/** A check that the short way has made already is not made, and not counted, again. */
export function unlessEntered(check: MiddlewareHandler<GatewayEnv>): MiddlewareHandler<GatewayEnv> {
  return (c, next) => (c.get('entered') ? next() : check(c, next));
}

const plainPath = /^\/mcp(?:\/p\/([\w-]+)|\/([\w-]+))?$/;

/** The view of a request that may be a plain call by its head; undefined for any other, and for a head with something doubtful in it. */
function addressOf({ method, url = '', headers, rawHeaders }: IncomingMessage): ViewAddress | undefined {
  if (method !== 'POST') return undefined;
  const isCall = headers['mcp-method'] === 'tools/call' && headers['mcp-protocol-version'] === modernVersion;
  if (!isCall && headers['mcp-session-id'] === undefined) return undefined;
  const length = headers['content-length'];
  if (length === undefined || length === '0' || headers['transfer-encoding'] !== undefined || headers.expect !== undefined)
    return undefined;
  // Of a header that is there twice, Node and the app would not read the same.
  if (Object.keys(headers).length * 2 !== rawHeaders.length) return undefined;
  const [path, profile, server] = plainPath.exec(url) ?? [];
  if (path === undefined) return undefined;
  return { ...(server !== undefined && { server }), ...(profile !== undefined && { profile }) };
}

/** Header access as the app has it. */
function headersOf({ headers }: IncomingMessage): Pick<Headers, 'get'> {
  return {
    get(name) {
      const value = headers[name.toLowerCase()];
      return typeof value === 'string' ? value : null;
    },
  };
}

/** Reads the body; Node reads no further than its declared length. Never settles when the caller is gone before its end. */
function textOf(incoming: IncomingMessage): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  return promise;
}

function routeOf({ server, profile }: ViewAddress): string {
  if (profile !== undefined) return '/mcp/p/:profile';
  return server === undefined ? '/mcp' : '/mcp/:server';
}
