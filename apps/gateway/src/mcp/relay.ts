/** The downstream side of MCP: one view of the upstreams, for clients of both eras. Messages pass untyped. */
import { type Log, markResult, principalMetaKey, ToolError, toErrorResult, type ToolResult } from '@sandlot/core';
import { attributes, contextFromMeta, contextToMeta, errorType, withSpan } from '@sandlot/core/telemetry';
import {
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { type Context, context, type SpanOptions, SpanKind, trace } from '@opentelemetry/api';
import { metaOf, UpstreamError } from '../upstreams/json-rpc.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { modernEnvelope } from './envelope.ts';

/** What clients see at one URL. */
export interface View {
  /** Server name that clients see. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly instructions: string;
  readonly upstreams: readonly Upstream[];
}

/** Options of {@link createRelay}. */
export interface RelayOptions {
  readonly transport: 'tcp' | 'pipe';
  readonly maxRequestBytes: number;
  readonly log: Log;
}

interface JsonRpcRequest {
  method: string;
  params?: Record<string, unknown> | undefined;
}

/** Serves a view over Streamable HTTP, both eras on one URL. */
export function createRelay(view: View, options: RelayOptions): McpHttpHandler {
  return createMcpHandler(({ authInfo }) => createRelayServer(view, options, authInfo?.clientId ?? 'local'), {
    maxRequestBodySize: options.maxRequestBytes,
    onerror: (error) => options.log.debug('mcp', { error }),
  });
}

/** One MCP server of the SDK that relays everything to a view's upstreams. */
export function createRelayServer(view: View, options: RelayOptions, principal: string): Server {
  const server = new Server(
    { name: view.name, title: view.title, version: view.version },
    { capabilities: { tools: {} }, instructions: view.instructions },
  );
  server.fallbackRequestHandler = (request, ctx) => traced(view, options, request, ctx, principal);
  return server;
}

async function traced(
  view: View,
  options: RelayOptions,
  request: JsonRpcRequest,
  ctx: ServerContext,
  principal: string,
): Promise<ToolResult> {
  const tool = request.method === 'tools/call' ? String(request.params?.['name']) : undefined;
  const known = tool === undefined || view.upstreams.some((upstream) => upstream.scopeOf(tool) !== undefined);
  const span: SpanOptions = {
    kind: SpanKind.SERVER,
    attributes: {
      [attributes.method]: request.method,
      [attributes.requestId]: String(ctx.mcpReq.id),
      [attributes.transport]: options.transport,
      // An unknown name is the caller's text: it must not become a span name.
      ...(tool !== undefined && { [attributes.operationName]: 'execute_tool', [attributes.toolName]: known ? tool : '_OTHER' }),
    },
  };
  const { parent, links } = parentOf(ctx.mcpReq._meta);
  const name = tool === undefined ? request.method : `tools/call ${known ? tool : '_OTHER'}`;
  return withSpan(
    name,
    { ...span, links },
    async (active) =>
      markResult(
        active,
        await relay(view, request, ctx, principal).catch((error: unknown) => {
          if (error instanceof ProtocolError)
            active.setAttribute(attributes.statusCode, String(error.code)).setAttribute(errorType, String(error.code));
          throw error;
        }),
      ),
    parent,
  );
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

async function relay(view: View, request: JsonRpcRequest, ctx: ServerContext, principal: string): Promise<ToolResult> {
  if (request.method === 'tools/list') return { content: [], tools: view.upstreams.flatMap((upstream) => [...upstream.listTools()]) };
  if (request.method !== 'tools/call') throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `Method not found: ${request.method}`);
  const params = { ...request.params };
  const name = params['name'];
  const upstream = view.upstreams.find((candidate) => typeof name === 'string' && candidate.scopeOf(name) !== undefined);
  if (!upstream) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${JSON.stringify(name)}. Call tools/list to see the tools.`);
  }
  try {
    const result = await upstream.request({
      method: request.method,
      params: {
        ...params,
        _meta: {
          ...metaOf({ _meta: ctx.mcpReq._meta }),
          ...modernEnvelope(),
          ...ctx.mcpReq.envelope,
          ...contextToMeta(),
          [principalMetaKey]: principal,
        },
      },
      signal: ctx.mcpReq.signal,
      onNotification: (notification) => void ctx.mcpReq.notify(notification as never).catch(() => undefined),
    });
    return result as ToolResult;
  } catch (error) {
    if (error instanceof UpstreamError) throw new ProtocolError(error.code, error.message, error.data);
    if (ToolError.is(error)) return toErrorResult(error.toBody());
    throw error;
  }
}
