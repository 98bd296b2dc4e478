/** One MCP server that the gateway fronts, wherever it runs. */
import type { Caller, Loose } from './caller.ts';
import type { WaitingTool } from './pins.ts';

/** A request to an upstream, untyped: what the gateway does not know passes unharmed. */
export interface UpstreamRequest {
  readonly method: string;
  readonly params: Loose;
  readonly caller: Caller;
}

/** What an upstream offers, as it said itself. */
export interface Offer {
  readonly capabilities: Loose;
  readonly instructions?: string;
  /** Tools under the names that clients see, without prefix. */
  readonly tools: readonly Loose[];
  readonly prompts: readonly Loose[];
  readonly resources: readonly Loose[];
  /** True when it is asked for its resources at each list: they change too often to be kept. */
  readonly hasLiveResources?: boolean;
  readonly resourceTemplates: readonly Loose[];
}

/** State of an upstream, for health and status pages. */
export interface UpstreamHealth {
  readonly state: 'disabled' | 'stopped' | 'starting' | 'running' | 'stopping' | 'degraded' | 'failed';
  /** Process id while it runs as a process of the gateway. */
  readonly pid?: number;
  /** How often it was started again after it ended by itself. */
  readonly restarts: number;
  /** Why it is not running, when that is a failure. */
  readonly error?: string;
  /** The last lines of its stderr, for servers that a user added. */
  readonly stderr?: readonly string[];
  /** What waits for approval. */
  readonly waiting?: readonly WaitingTool[];
  /** What is wrong with its lists, in sentences: the rest of them is served. */
  readonly problems?: readonly string[];
}

/** Something that changed in an upstream. */
export interface UpstreamChange {
  /** `notifications/tools/list_changed`, `notifications/resources/updated`, ... */
  readonly method: string;
  readonly params: Loose;
}

/** An upstream. */
export interface Upstream extends AsyncDisposable {
  /** One word: the segment in `/mcp/<name>` and `/v1/mcp/<name>`. */
  readonly name: string;
  readonly title: string;
  /** What stands before its tool and prompt names in a view of several servers: empty for ours, `<name>__` for added ones. */
  readonly prefix: string;
  /** What it offers; asked for when it is not known yet. Ours answer without a process. */
  offer(): Promise<Offer>;
  /** What is known of it now, without waiting. */
  known(): Offer | undefined;
  /** The scope that a tool of it needs, by the tool's own name. */
  scopeOf(tool: string): string;
  /** A tool in full, with its output schema, for documents. Default: as it is listed. */
  describe?(tool: string): Loose | undefined;
  /** True for a tool that the view of all servers does without. Default: none is. */
  isMinor?(tool: string): boolean;
  /**
   * Sends a request and returns its result as it came.
   *
   * @throws UpstreamError for a JSON-RPC error of the upstream; ToolError UNAVAILABLE when it cannot be reached or ends meanwhile
   */
  request(request: UpstreamRequest): Promise<Loose>;
  /** Asks to be told of a resource's updates, which arrive through `onChange`; returns how to end it. */
  subscribe(uri: string): Promise<() => Promise<void>>;
  /** Sends a notification of a client to it, where it knows it. */
  notify(method: string, params: Loose): void;
  /** Told that a client's session is over: what was kept for it can go. */
  endSession?(session: string): void;
  /** Called for every change, until the returned function is. */
  onChange(listener: (change: UpstreamChange) => void): () => void;
  health(): UpstreamHealth;
}
