/** One MCP endpoint: clients of both eras on one URL. */
import { createMcpHandler, isLegacyRequest, type McpHttpHandler } from '@modelcontextprotocol/server';
import type { Principal } from '../auth/principal.ts';
import { isLoose, objectAt } from '../upstreams/caller.ts';
import { headerMismatch } from './param-headers.ts';
import { createRelayServer, type RelayOptions } from './relay-server.ts';
import { ownerOfUri } from './route.ts';
import { type SessionLimits, Sessions } from './sessions.ts';
import type { View } from './view.ts';

/** An endpoint. */
export interface McpEndpoint {
  fetch(request: Request, principal: Principal, body: unknown): Promise<Response>;
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

/** Serves a view. */
export function createEndpoint(view: View, options: RelayOptions, limits: SessionLimits): McpEndpoint {
  const sessions = new Sessions(view, options, limits);
  const modern = createMcpHandler(({ authInfo }) => createRelayServer(view, { principal: principalOf(authInfo), era: 'modern' }, options), {
    legacy: 'reject',
    maxRequestBodySize: options.maxRequestBytes,
    onerror: (error) => options.log.debug('mcp', { error }),
  });
  const stop = view.onChange(({ method, params }) => publish(modern, method, params['uri']));
  return {
    sessions,
    async fetch(request, principal, body) {
      if (await isLegacyRequest(request, body)) return sessions.fetch(request, principal, body);
      const mismatch = await paramMismatch(view, request, body);
      if (mismatch) return mismatch;
      const release = await listening(view, body);
      const authInfo = { token: '', clientId: principal.id, scopes: [], extra: { principal } };
      const response = await modern.fetch(request, { authInfo, ...(body !== undefined && { parsedBody: body }) });
      return notFound(release ? withEnd(response, release) : response, body);
    },
    async close() {
      stop();
      await modern.close();
      await sessions.close();
    },
  };
}

/** The SDK checks `Mcp-Param-*` headers of tools that it knows; here it knows none. */
async function paramMismatch(view: View, request: Request, body: unknown): Promise<Response | undefined> {
  if (!isLoose(body) || body['method'] !== 'tools/call') return undefined;
  const params = objectAt(body, 'params');
  const tool = (await view.catalog()).tools.get(String(params['name']));
  const wrong = tool && headerMismatch(tool.shown, objectAt(params, 'arguments'), request.headers);
  if (wrong === undefined) return undefined;
  const error = { code: -32_020, message: `Bad Request: ${wrong}.` };
  return Response.json({ jsonrpc: '2.0', id: body['id'] ?? null, error }, { status: 400 });
}

/** The principal that `fetch` gave along. */
function principalOf(authInfo: { extra?: Record<string, unknown> } | undefined): Principal {
  const principal = authInfo?.extra?.['principal'];
  if (isPrincipal(principal)) return principal;
  throw new Error('a request without a principal');
}

function isPrincipal(value: unknown): value is Principal {
  return isLoose(value) && typeof value['allows'] === 'function';
}

function publish({ notify }: McpHttpHandler, method: string, uri: unknown): void {
  if (method === 'notifications/tools/list_changed') notify.toolsChanged();
  if (method === 'notifications/prompts/list_changed') notify.promptsChanged();
  if (method === 'notifications/resources/list_changed') notify.resourcesChanged();
  if (method === 'notifications/resources/updated' && typeof uri === 'string') notify.resourceUpdated(uri);
}

/** A listen stream for resources needs the upstreams to report them; returns what ends that. */
async function listening(view: View, body: unknown): Promise<(() => void) | undefined> {
  if (!isLoose(body) || body['method'] !== 'subscriptions/listen') return undefined;
  const wanted = objectAt(objectAt(body, 'params'), 'notifications')['resourceSubscriptions'];
  if (!Array.isArray(wanted)) return undefined;
  const ends = await Promise.all(
    wanted
      .map(async (uri) => (await ownerOfUri(view, String(uri))).subscribe(String(uri)).catch(() => undefined))
      .map((end) => end.catch(() => undefined)),
  );
  return () => ends.forEach((end) => void end?.());
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
