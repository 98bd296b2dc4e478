/** The downstream side: an MCP server of the SDK without handlers of its own. Whatever comes is relayed, untyped. */
import { type Log, markResult, ToolError } from '@sandlot/core';
import { attributes, contextFromMeta, errorType, withSpan } from '@sandlot/core/telemetry';
import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server';
import { type Context, context, type SpanOptions, SpanKind, trace } from '@opentelemetry/api';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import { type Caller, envelopeKeys, isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import { UpstreamError } from '../upstreams/peer.ts';
import { modernEnvelope } from './envelope.ts';
import type { Guard } from './guard.ts';
import { levelPasses } from './log-level.ts';
import { route } from './route.ts';
import { metaToolNames, searchInstructions } from './search/meta-tools.ts';
import { unwrapped } from './search/search-mode.ts';
import type { View } from './view.ts';

/** Options of {@link createRelayServer}. */
export interface RelayOptions {
  readonly transport: 'tcp' | 'pipe';
  readonly maxRequestBytes: number;
  readonly guard: Guard;
  readonly log: Log;
}

/** Who the server is made for. */
export interface RelayClient {
  readonly principal: Principal;
  readonly era: 'legacy' | 'modern';
  /** True when the connection has a session, in which the client can be asked. */
  readonly session?: string;
}

const looseResult = z.record(z.string(), z.unknown());
/** How long a client may take to answer what a server asks. */
const askTimeoutMs = 10 * 60_000;

/** Makes the server for one connection, session or request. */
export async function createRelayServer(view: View, client: RelayClient, options: RelayOptions): Promise<Server> {
  const { capabilities, instructions } = await view.catalog();
  const about = [...(view.isSearched() ? [searchInstructions] : []), ...instructions.map(({ text }) => text)];
  const server = new Server(
    { name: view.name, title: view.title, version: view.version },
    { capabilities, ...(about.length > 0 && { instructions: about.join('\n\n') }) },
  );
  let level: string | undefined;
  // The SDK has a handler of its own for this one; levels are per session here.
  server.removeRequestHandler('logging/setLevel');
  server.fallbackRequestHandler = (request, ctx) => {
    if (request.method === 'logging/setLevel') level = String(request.params?.['level']);
    return traced(
      view,
      { method: request.method, params: request.params ?? {} },
      toCaller(server, client, ctx, () => level),
      ctx,
      options,
    );
  };
  server.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === 'notifications/roots/list_changed') for (const upstream of view.upstreams()) upstream.notify(method, params ?? {});
  };
  return server;
}

function toCaller(server: Server, client: RelayClient, ctx: ServerContext, level: () => string | undefined): Caller {
  const { mcpReq } = ctx;
  const { inputResponses } = mcpReq;
  const version = server.getNegotiatedProtocolVersion();
  const requestState: unknown = mcpReq.requestState();
  const envelope: Loose = { ...(client.era === 'modern' ? mcpReq.envelope : legacyEnvelope(server, level() ?? 'debug')) };
  const least = client.era === 'modern' ? () => envelope[envelopeKeys.logLevel] : () => level() ?? 'debug';
  return {
    principal: client.principal.id,
    allows: (scope) => client.principal.allows(scope),
    era: client.era,
    ...(client.era === 'legacy' && version !== undefined && { protocolVersion: version }),
    envelope,
    signal: mcpReq.signal,
    ...(client.session !== undefined && { session: client.session }),
    ...(inputResponses && { inputResponses }),
    ...(typeof requestState === 'string' && { requestState }),
    notify(method, params) {
      if (method === 'notifications/message' && !levelPasses(params['level'], least())) return;
      void mcpReq.notify({ method, params }).catch(() => undefined);
    },
    ...(client.session !== undefined && {
      ask: async (method: string, params: Loose) => {
        try {
          return await mcpReq.send({ method, params }, looseResult, { timeout: askTimeoutMs, signal: mcpReq.signal });
        } catch (error) {
          throw error instanceof ProtocolError ? new UpstreamError(error.code, error.message, error.data) : error;
        }
      },
    }),
  };
}

/** An old client described as a new one. It gets log messages without asking for them in each request. */
function legacyEnvelope(server: Server, logLevel: string): Loose {
  const info = server.getClientVersion();
  return {
    ...modernEnvelope(),
    ...(info && { [envelopeKeys.clientInfo]: info }),
    [envelopeKeys.clientCapabilities]: { ...server.getClientCapabilities() },
    [envelopeKeys.logLevel]: logLevel,
  };
}

async function traced(
  view: View,
  request: { method: string; params: Loose },
  caller: Caller,
  ctx: ServerContext,
  options: RelayOptions,
): Promise<Loose> {
  const { method } = request;
  const params = unwrapped(view, method, request.params);
  const tool = method === 'tools/call' ? await knownTool(view, params['name']) : undefined;
  const attributesOfSpan = {
    [attributes.method]: method,
    [attributes.requestId]: String(ctx.mcpReq.id),
    [attributes.transport]: options.transport,
    ...(tool !== undefined && { [attributes.operationName]: 'execute_tool', [attributes.toolName]: tool }),
    ...(typeof caller.envelope[envelopeKeys.protocolVersion] === 'string' &&
      caller.era === 'modern' && { [attributes.protocolVersion]: String(caller.envelope[envelopeKeys.protocolVersion]) }),
  };
  const { parent, links } = parentOf(ctx.mcpReq._meta);
  const spanOptions: SpanOptions = { kind: SpanKind.SERVER, attributes: attributesOfSpan, links };
  return withSpan(
    tool === undefined ? method : `tools/call ${tool}`,
    spanOptions,
    async (span) => {
      try {
        const clean = isLoose(ctx.mcpReq._meta) ? { ...params, _meta: withoutReserved(objectAt(params, '_meta')) } : params;
        return markResult(span, await route(view, { method, params: clean, caller }, options.guard));
      } catch (error) {
        const known = toProtocolError(error);
        span.setAttribute(attributes.statusCode, String(known.code)).setAttribute(errorType, String(known.code));
        throw known;
      }
    },
    parent,
  );
}

/** A name that is in no list is the caller's text: it must not become a span name. */
async function knownTool(view: View, name: unknown): Promise<string> {
  if (typeof name !== 'string') return '_OTHER';
  const isKnown = (view.isSearched() && metaToolNames.has(name)) || (await view.catalog()).tools.has(name);
  return isKnown ? name : '_OTHER';
}

/** What only the gateway may say in `_meta`. */
function withoutReserved(meta: Loose): Loose {
  return Object.fromEntries(Object.entries(meta).filter(([key]) => !key.startsWith('sandlot.dev/')));
}

function toProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof UpstreamError) return new ProtocolError(error.code, error.message, error.data);
  if (ToolError.is(error)) return new ProtocolError(ProtocolErrorCode.InternalError, `${error.message} ${error.advice}`, error.toBody());
  return new ProtocolError(ProtocolErrorCode.InternalError, 'Something went wrong inside Sandlot.');
}

/**
 * The parent of an MCP span is the context in `_meta`. The HTTP request's span stands between them when it is of the same trace, and
 * is linked when it is not.
 */
function parentOf(meta: unknown): { parent: Context; links: NonNullable<SpanOptions['links']> } {
  const http = trace.getSpanContext(context.active());
  const fromMeta = contextFromMeta(meta);
  const remote = trace.getSpanContext(fromMeta);
  if (!http || !remote || remote.traceId === http.traceId) return { parent: http ? context.active() : fromMeta, links: [] };
  return { parent: fromMeta, links: [{ context: http }] };
}
