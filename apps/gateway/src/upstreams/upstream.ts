/** One MCP server that the gateway fronts, wherever it runs. */
import type { ListedTool } from '@sandlot/core';

/** A request to an upstream, untyped: what the gateway does not know passes unharmed. */
export interface UpstreamRequest {
  readonly method: string;
  readonly params: Record<string, unknown>;
  /** Aborts when the caller cancels or goes away. */
  readonly signal: AbortSignal;
  /** Receives notifications that belong to this request, such as progress. */
  readonly onNotification?: (notification: { method: string; params: Record<string, unknown> }) => void;
}

/** State of an upstream, for health and status pages. */
export interface UpstreamHealth {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  /** Process id while it runs. */
  readonly pid?: number;
  /** How often it was started again after it ended by itself. */
  readonly restarts: number;
  /** Why it is not running, when that is a failure. */
  readonly error?: string;
}

/** An upstream. */
export interface Upstream extends AsyncDisposable {
  /** One word: the segment in `/mcp/<name>` and `/v1/mcp/<name>`. */
  readonly name: string;
  readonly title: string;
  /** The tools, without starting anything. */
  listTools(): readonly ListedTool[];
  /** The scope that a tool needs, if it exists. */
  scopeOf(tool: string): string | undefined;
  /**
   * Sends a request and returns its result as it came.
   *
   * @throws UpstreamError for a JSON-RPC error of the upstream; ToolError UNAVAILABLE when it cannot be reached or ends meanwhile
   */
  request(request: UpstreamRequest): Promise<Record<string, unknown>>;
  health(): UpstreamHealth;
}
