/** The MCP endpoint: clients of both eras, on the URLs of all views. */
import { createMcpHandler, isLegacyRequest, type McpHttpHandler } from '@modelcontextprotocol/server';
import type { Principal } from '../auth/principal.ts';
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import { type Answer, answerDirectly, directCall } from './direct-call.ts';
import { answerJson } from './exchange.ts';
import { headerMismatch } from './param-headers.ts';
import { createRelayServer, type RelayOptions } from './relay-server.ts';
import { ownerOfUri } from './route.ts';
import { type SessionLimits, Sessions } from './sessions.ts';
import type { View } from './view.ts';
import type { Views } from './views.ts';

/** The endpoint. */
export interface McpEndpoint {
  /** The short way for plain calls; undefined for what only `fetch` can answer. */
  call(headers: Pick<Headers, 'get'>, view: View, principal: Principal, body: unknown): Answer | undefined;
  fetch(request: Request, view: View, principal: Principal, body: unknown): Promise<Response>;
  readonly sessions: Sessions;
  close(): Promise<void>;
}

/** Methods of the 2026-07-28 protocol; others are asked for upstream, and answered 404 when they are unknown there too. */
const modernMethods = new Set([
  'server/discover',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
  'subscriptions/listen',
]);

/** What the SDK carries from `fetch` to the server of a request. */
class Visit {
  readonly view: View;
  readonly principal: Principal;

  constructor(view: View, principal: Principal) {
    this.view = view;
    this.principal = principal;
  }
}

/** Serves the views. */
export function createEndpoint(views: Views, options: RelayOptions, limits: SessionLimits): McpEndpoint {
  const sessions = new Sessions(views, options, limits);
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const { view, principal } = visitOf(authInfo);
      return createRelayServer(view, { principal, era: 'modern' }, options);
    },
    {
      legacy: 'reject',
      maxRequestBodySize: options.maxRequestBytes,
      maxSubscriptions: limits.max,
      onerror: (error) => options.log.debug('mcp', { error }),
    },
  );
  const stop = views.onChange(({ method, params }) => publish(modern, method, params['uri']));
  return {
    sessions,
    call(headers, view, principal, body) {
      const call = directCall(headers, body);
      if (!call) return sessions.call(headers, view, principal, body);
      return async (outgoing) => {
        const mismatch = await paramMismatch(view, headers, body);
        return mismatch ? answerJson(outgoing, 400, mismatch) : answerDirectly(view, call, principal, outgoing, options);
      };
    },
    async fetch(request, view, principal, body) {
      if (await isLegacyRequest(request, body)) return sessions.fetch(request, view, principal, body);
      const mismatch = await paramMismatch(view, request.headers, body);
      if (mismatch) return Response.json(mismatch, { status: 400 });
      const listening = await listen(view, principal, body);
      const authInfo = { token: '', clientId: principal.id, scopes: [], extra: { visit: new Visit(view, principal) } };
      const parsedBody = listening?.body ?? body;
      const response = await modern.fetch(request, { authInfo, ...(parsedBody !== undefined && { parsedBody }) });
      return notFound(listening ? withEnd(response, listening.end) : response, body);
    },
    async close() {
      stop();
      await modern.close();
      await sessions.close();
    },
  };
}

/** The SDK checks `Mcp-Param-*` headers of tools that it knows; here it knows none. */
async function paramMismatch(view: View, headers: Pick<Headers, 'get'>, body: unknown): Promise<Loose | undefined> {
  if (!isLoose(body) || body['method'] !== 'tools/call') return undefined;
  const params = objectAt(body, 'params');
  const tool = (await view.catalog()).tools.get(String(params['name']));
  const wrong = tool && headerMismatch(tool.shown, objectAt(params, 'arguments'), headers);
  if (wrong === undefined) return undefined;
  const error = { code: -32_020, message: `Bad Request: ${wrong}.` };
  return { jsonrpc: '2.0', id: body['id'] ?? null, error };
}

function visitOf(authInfo: { extra?: Record<string, unknown> } | undefined): Visit {
  const visit = authInfo?.extra?.['visit'];
  if (visit instanceof Visit) return visit;
  throw new Error('a request without a principal');
}

function publish({ notify }: McpHttpHandler, method: string, uri: unknown): void {
  if (method === 'notifications/tools/list_changed') notify.toolsChanged();
  if (method === 'notifications/prompts/list_changed') notify.promptsChanged();
  if (method === 'notifications/resources/list_changed') notify.resourcesChanged();
  if (method === 'notifications/resources/updated' && typeof uri === 'string') notify.resourceUpdated(uri);
}

/**
 * A listen stream for resources needs the upstreams to report them. Those that are not in the view, or that the caller may not use, are
 * taken out of the request.
 *
 * @returns the request as it may be served, and what ends the reports
 */
async function listen(view: View, principal: Principal, body: unknown): Promise<{ body: Loose; end: () => void } | undefined> {
  if (!isLoose(body) || body['method'] !== 'subscriptions/listen') return undefined;
  const params = objectAt(body, 'params');
  const notifications = objectAt(params, 'notifications');
  const wanted = notifications['resourceSubscriptions'];
  if (!Array.isArray(wanted)) return undefined;
  const found = await Promise.all(
    wanted.map(async (uri: unknown) => {
      const upstream = await ownerOfUri(view, String(uri)).catch(() => undefined);
      if (!upstream || !principal.allows(upstream.scopeOf(''))) return undefined;
      return { uri, end: await upstream.subscribe(String(uri)).catch(() => undefined) };
    }),
  );
  const served = found.filter((one) => one !== undefined);
  return {
    body: { ...body, params: { ...params, notifications: { ...notifications, resourceSubscriptions: served.map(({ uri }) => uri) } } },
    end: () => served.forEach(({ end }) => void end?.()),
  };
}

function withEnd(response: Response, end: () => void): Response {
  if (!response.body) return (end(), response);
  return new Response(response.body.pipeThrough(new TransformStream({ flush: end, cancel: end })), response);
}

/** An unknown method is HTTP 404 in the 2026-07-28 protocol; the SDK cannot know it before the upstream has said so. */
async function notFound(response: Response, body: unknown): Promise<Response> {
  const method = isLoose(body) ? body['method'] : undefined;
  if (response.status !== 200 || typeof method !== 'string' || modernMethods.has(method)) return response;
  if (!response.headers.get('content-type')?.startsWith('application/json')) return response;
  const text = await response.text();
  const answer: unknown = JSON.parse(text);
  const missing = isLoose(answer) && objectAt(answer, 'error')['code'] === -32_601;
  return new Response(text, { status: missing ? 404 : 200, headers: response.headers });
}
