/** Everything a server needs to define its tools. Each line here is public API. */
export type { Content, ImageContent, ResourceLinkContent, TextContent } from './content.ts';
export type { Progress, ToolContext } from './context.ts';
export { type ErrorBody, type ErrorCode, errorTable, ToolError, type ToolErrorOptions } from './errors.ts';
export { type Answer, errorText } from './invoke.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { createLog, type Log, type LogLevel, type LogOptions } from './log.ts';
export { type CallInfo, createRuntime, listedTools, type Runtime, type RuntimeOptions } from './runtime.ts';
export type { Resource, ResourceContents, Resources, ResourceTemplate } from './resources.ts';
export { errorResponse, methodNotAllowed, principalHeader, type Routes } from './routes.ts';
export { defineServer, type ServerDefinition, type ServerEnv, type ServerSpec } from './server.ts';
export { type SocketConnection, type SocketContext, socketDefiner, type SocketDefinition, type SocketSpec } from './socket.ts';
export { defineTool, type Effect, type Tool, toolDefiner, type ToolSpec } from './tool.ts';
export { Turns } from './turns.ts';
export { unlessAborted } from './unless-aborted.ts';
export { errorMetaKey, type ToolResult, toErrorResult, toResult } from './mcp/result.ts';
export { type ListedTool, toFullTool, toListedTool, toObjectSchema } from './mcp/schema.ts';
export {
  busyMethod,
  capabilitiesOf,
  createMcpServer,
  markResult,
  type McpServerOptions,
  metricsMethod,
  principalMetaKey,
} from './mcp/server.ts';
