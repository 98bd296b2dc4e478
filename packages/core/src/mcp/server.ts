/** A runtime as an MCP server of the SDK. One factory serves both protocol eras. */
import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server';
import { type Attributes, context, type Span, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { ToolError } from '../errors.ts';
import type { CallInfo, Runtime } from '../runtime.ts';
import type { ServerDefinition } from '../server.ts';
import { attributes, errorType } from '../telemetry/conventions.ts';
import { meter } from '../telemetry/recorder.ts';
import { contextFromMeta, handOnTrace, withSpan } from '../telemetry/span.ts';
import { type ToolResult, toErrorResult, toResult } from './result.ts';
import { serveResources } from './resources.ts';
import { toFullTool, toListedTool } from './schema.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Key of `_meta` by which the gateway names the principal; only trusted on its private socket. */
export const principalMetaKey = 'sandlot.dev/principal';

/** Method by which the gateway asks whether a server may be stopped: answers `{ busy }`. Only on the private socket. */
export const busyMethod = 'sandlot.dev/busy';

/** Method by which the gateway asks for what a server has counted: answers `{ metrics }`. Only on the private socket. */
export const metricsMethod = 'sandlot.dev/metrics';

/** How a server is reached. */
export interface McpServerOptions {
  /** OpenTelemetry `network.transport`. */
  transport: 'pipe' | 'tcp' | 'unix';
  /** Principal of every call when the transport knows it. */
  principal?: string;
  /** True behind the gateway: it names the principal in `_meta` and has made the MCP span itself. Default false. */
  behindGateway?: boolean;
  /** Where this connection's subscriptions to resources go. Default: there can be none. */
  subscriptions?: Subscriptions;
}

/** Makes an MCP server for one connection or request. */
export function createMcpServer(runtime: Runtime, options: McpServerOptions): Server {
  const { server: definition } = runtime;
  const server = new Server(
    { name: definition.name, title: definition.title, version: definition.version },
    {
      capabilities: capabilitiesOf(definition, options.subscriptions !== undefined),
      ...(definition.instructions !== undefined && { instructions: definition.instructions }),
    },
  );
  server.setRequestHandler('tools/list', () => ({ tools: runtime.tools.map(runtime.outputSchemas ? toFullTool : toListedTool) }));
  // The result is checked by the tool's own output schema; the SDK's type of content is narrower than the protocol's.
  server.setRequestHandler('tools/call', async (request, ctx) => callTool(runtime, options, request.params, ctx) as never);
  if (definition.resources) {
    const infoOf = ({ mcpReq }: ServerContext) => callInfo(options, mcpReq._meta, mcpReq.signal);
    serveResources(server, runtime, definition.resources, { infoOf, subscriptions: options.subscriptions });
  }
  if (options.behindGateway) {
    server.fallbackRequestHandler = async ({ method }) => {
      if (method === metricsMethod) return { metrics: meter.snapshot() };
      if (method !== busyMethod) throw new ProtocolError(ProtocolErrorCode.MethodNotFound, `Method not found: ${method}`);
      return { busy: await runtime.isBusy() };
    };
  }
  return server;
}

/** What a server says that it can do. */
export function capabilitiesOf(
  { resources }: ServerDefinition,
  subscribe: boolean,
): { tools: object; resources?: { subscribe?: boolean } } {
  return { tools: {}, ...(resources && { resources: subscribe ? { subscribe: true } : {} }) };
}

function callInfo(options: McpServerOptions, meta: Readonly<Record<string, unknown>> | undefined, signal: AbortSignal): CallInfo {
  const principal = options.behindGateway ? meta?.[principalMetaKey] : options.principal;
  return { signal, ...(typeof principal === 'string' && { principal }) };
}

async function callTool(
  runtime: Runtime,
  options: McpServerOptions,
  params: { name: string; arguments?: unknown },
  ctx: ServerContext,
): Promise<ToolResult> {
  if (!runtime.tools.some(({ name, aliases = [] }) => name === params.name || aliases.includes(params.name))) {
    const known = await runtime.call(params.name, {}, { signal: ctx.mcpReq.signal }).catch((error: unknown) => error);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, known instanceof Error ? known.message : `Unknown tool: ${params.name}`);
  }
  const parent = contextFromMeta(ctx.mcpReq._meta);
  const run = () => handOnTrace(ctx.mcpReq._meta, () => runCall(runtime, options, params, ctx));
  if (options.behindGateway) return context.with(parent, run);
  const startedAt = performance.now();
  let error: string | undefined = '_OTHER';
  try {
    return await withSpan(
      `tools/call ${params.name}`,
      { kind: SpanKind.SERVER, attributes: spanAttributes(options, params.name, ctx) },
      async (span) => {
        const result = markResult(span, await run());
        error = result.isError === true ? 'tool_error' : undefined;
        return result;
      },
      parent,
    );
  } finally {
    meter.observe('mcp.server.operation.duration', (performance.now() - startedAt) / 1000, {
      [attributes.method]: 'tools/call',
      [attributes.operationName]: 'execute_tool',
      [attributes.toolName]: params.name,
      [attributes.transport]: options.transport,
      'sandlot.server': runtime.server.name,
      ...(error !== undefined && { [errorType]: error }),
    });
  }
}

async function runCall(
  runtime: Runtime,
  options: McpServerOptions,
  params: { name: string; arguments?: unknown },
  ctx: ServerContext,
): Promise<ToolResult> {
  const token: unknown = ctx.mcpReq._meta?.['progressToken'];
  try {
    const answer = await runtime.call(params.name, params.arguments, {
      ...callInfo(options, ctx.mcpReq._meta, ctx.mcpReq.signal),
      ...((typeof token === 'string' || typeof token === 'number') && {
        progress: (progress) =>
          void ctx.mcpReq
            .notify({ method: 'notifications/progress', params: { progressToken: token, ...progress } })
            .catch(() => undefined),
      }),
    });
    return toResult(answer);
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    return toErrorResult(error.toBody());
  }
}

function spanAttributes(options: McpServerOptions, tool: string, ctx: ServerContext): Attributes {
  return {
    [attributes.method]: 'tools/call',
    [attributes.operationName]: 'execute_tool',
    [attributes.toolName]: tool,
    [attributes.requestId]: String(ctx.mcpReq.id),
    [attributes.transport]: options.transport,
  };
}

/** Marks the MCP span of a result with `isError` as the conventions ask. */
export function markResult<T extends { isError?: unknown }>(span: Span, result: T): T {
  if (result.isError === true) {
    span.setAttribute(errorType, 'tool_error');
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  return result;
}
