/**
 * Names from the OpenTelemetry semantic conventions for MCP and GenAI (status: development), as of 2026-11:
 * https://github.com/open-telemetry/semantic-conventions-genai. They are not in `@opentelemetry/semantic-conventions`.
 */

/** Attribute names of our spans. */
export const attributes = {
  method: 'mcp.method.name',
  protocolVersion: 'mcp.protocol.version',
  requestId: 'jsonrpc.request.id',
  statusCode: 'rpc.response.status_code',
  operationName: 'gen_ai.operation.name',
  toolName: 'gen_ai.tool.name',
  toolType: 'gen_ai.tool.type',
  callArguments: 'gen_ai.tool.call.arguments',
  callResult: 'gen_ai.tool.call.result',
  promptName: 'gen_ai.prompt.name',
  resourceUri: 'mcp.resource.uri',
  transport: 'network.transport',
} as const;

/** Set on every failed span: an error code, or `tool_error` for an answer with `isError`. */
export const errorType = 'error.type';

/** Key of the trace context in `params._meta`, reserved by MCP 2026-07-28. */
export const traceKeys = ['traceparent', 'tracestate', 'baggage'] as const;
