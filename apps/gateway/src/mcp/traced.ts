/** A client's request in its span: what both ways in share, the SDK's server and the direct call. */
import { markResult, ToolError } from '@sandlot/core';
import { attributes, contextFromMeta, errorType, meter, withSpan } from '@sandlot/core/telemetry';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import { type Context, context, type SpanOptions, SpanKind, trace } from '@opentelemetry/api';
import { type Caller, envelopeKeys, isLoose, type Loose } from '../upstreams/caller.ts';
import { methodLabel } from '../upstreams/counted.ts';
import { UpstreamError } from '../upstreams/peer.ts';
import type { RelayOptions } from './relay-server.ts';
import { route } from './route.ts';
import { metaToolNames } from './search/meta-tools.ts';
import { unwrapped } from './search/search-mode.ts';
import type { View } from './view.ts';

/** A request as it came, without what belongs to the wire. */
export interface TracedRequest {
  readonly id: string | number;
  readonly method: string;
  readonly params: Loose;
}

/**
 * Routes a request.
 *
 * @throws ProtocolError with the code, message and data that the client gets
 */
export async function traced(
  view: View,
  { id, method, params: given }: TracedRequest,
  caller: Caller,
  options: RelayOptions,
): Promise<Loose> {
  const params = unwrapped(view, method, given);
  const meta = params['_meta'];
  const tool = method === 'tools/call' ? await knownTool(view, params['name']) : undefined;
  const attributesOfSpan = {
    [attributes.method]: methodLabel(method),
    [attributes.requestId]: String(id),
    [attributes.transport]: options.transport,
    ...(tool !== undefined && { [attributes.operationName]: 'execute_tool', [attributes.toolName]: tool }),
    ...(typeof caller.envelope[envelopeKeys.protocolVersion] === 'string' &&
      caller.era === 'modern' && { [attributes.protocolVersion]: String(caller.envelope[envelopeKeys.protocolVersion]) }),
  };
  const { parent, links } = parentOf(meta);
  const labels: Record<string, string> = {};
  const startedAt = performance.now();
  const spanOptions: SpanOptions = { kind: SpanKind.SERVER, attributes: attributesOfSpan, links };
  // What is the caller's fault is an answer: the span of the server has not failed, as the conventions say.
  const answer = withSpan(
    tool === undefined ? methodLabel(method) : `tools/call ${tool}`,
    spanOptions,
    async (span) => {
      try {
        const clean = isLoose(meta) ? { ...params, _meta: withoutReserved(meta) } : params;
        const result = markResult(span, await route(view, { method, params: clean, caller }, options.guard));
        if (result['isError'] === true) labels[errorType] = 'tool_error';
        return { result };
      } catch (error) {
        const known = toProtocolError(error);
        span.setAttribute(attributes.statusCode, String(known.code));
        if (callersFault.has(known.code)) return { refused: known };
        labels[errorType] = String(known.code);
        span.setAttribute(errorType, String(known.code));
        throw known;
      }
    },
    parent,
  );
  try {
    const { result, refused } = await answer;
    if (refused) throw refused;
    return result;
  } finally {
    meter.observe('mcp.server.operation.duration', (performance.now() - startedAt) / 1000, {
      ...labels,
      [attributes.method]: methodLabel(method),
      [attributes.transport]: options.transport,
      ...(tool !== undefined && { [attributes.operationName]: 'execute_tool', [attributes.toolName]: tool }),
      ...(tool !== undefined && { 'sandlot.server': (await view.catalog()).tools.get(tool)?.upstream.name ?? 'gateway' }),
    });
  }
}

/** Codes of errors for which the request is to blame: no errors of the server. */
const callersFault: ReadonlySet<number> = new Set([-32_700, -32_600, -32_601, -32_602, -32_002]);

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

/** The error as the client gets it. */
export function toProtocolError(error: unknown): ProtocolError {
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
