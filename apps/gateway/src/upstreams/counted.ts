/** A request to a server, with its duration and outcome in `mcp.client.operation.duration`. */
import { markResult, ToolError } from '@sandlot/core';
import { attributes, errorType, meter, withSpan } from '@sandlot/core/telemetry';
import { SpanKind } from '@opentelemetry/api';
import { isLoose, type Loose } from './caller.ts';
import type { UpstreamRequest } from './upstream.ts';

/**
 * Runs a request and records it. Only tools that the gateway found in a list come here, so that the label is of a bounded set.
 *
 */
export async function countedRequest(server: string, request: UpstreamRequest, run: () => Promise<Loose>): Promise<Loose> {
  const { method, params } = request;
  const startedAt = performance.now();
  let error: string | undefined = 'cancelled';
  try {
    const result = await run();
    error = result['isError'] === true ? 'tool_error' : undefined;
    return result;
  } catch (thrown) {
    if (!request.caller.signal.aborted) error = errorOf(thrown);
    throw thrown;
  } finally {
    meter.observe('mcp.client.operation.duration', (performance.now() - startedAt) / 1000, {
      'sandlot.server': server,
      [attributes.method]: methodLabel(method),
      ...(method === 'tools/call' && { [attributes.toolName]: String(params['name']) }),
      ...(error !== undefined && { [errorType]: error }),
    });
  }
}

/** Opens the CLIENT span of a request to a server that a user added; what goes into its `_meta` is this span. */
export function clientSpan(request: UpstreamRequest, run: () => Promise<Loose>): Promise<Loose> {
  const method = methodLabel(request.method);
  const tool = method === 'tools/call' ? String(request.params['name']) : undefined;
  const given = {
    [attributes.method]: method,
    ...(tool !== undefined && { [attributes.operationName]: 'execute_tool', [attributes.toolName]: tool }),
  };
  return withSpan(tool === undefined ? method : `${method} ${tool}`, { kind: SpanKind.CLIENT, attributes: given }, async (span) =>
    markResult(span, await run()),
  );
}

function errorOf(error: unknown): string {
  if (ToolError.is(error)) return error.code;
  // Codes of JSON-RPC are numbers that a server may choose; only those of the specification are labels.
  if (!isLoose(error) || typeof error['code'] !== 'number') return '_OTHER';
  return error['code'] <= -32_000 && error['code'] >= -32_768 ? String(error['code']) : '_OTHER';
}

const methods: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'server/discover',
  'subscriptions/listen',
]);

/** A method as a label: what is not in the specification is the caller's text. */
export function methodLabel(method: string): string {
  return methods.has(method) ? method : '_OTHER';
}
