/** One of our servers as an upstream: its offer and scopes come from its definition, without a process. */
import {
  capabilitiesOf,
  listedTools,
  principalMetaKey,
  type ServerDefinition,
  type Tool,
  ToolError,
  toFullTool,
  toListedTool,
} from '@sandlot/core';
import type { Snapshot } from '@sandlot/core/telemetry';
import type { Loose } from './caller.ts';
import { countedRequest } from './counted.ts';
import { requestModern } from './modern.ts';
import { type Held, OwnProcess, type OwnProcessOptions } from './own-process.ts';
import { OwnSubscriptions, withoutMeta } from './own-subscriptions.ts';
import type { Offer, Upstream, UpstreamChange, UpstreamHealth, UpstreamRequest } from './upstream.ts';

/** Options of {@link OwnServer}. */
export interface OwnServerOptions extends OwnProcessOptions {
  readonly server: ServerDefinition;
  /** Opt-in groups of tools that are on. */
  readonly caps: readonly string[];
  /** `tools/list` shows output schemas and every hint. */
  readonly outputSchemas: boolean;
}

/** One of our servers as an upstream. */
export class OwnServer implements Upstream {
  readonly name: string;
  readonly title: string;
  readonly prefix = '';
  readonly #server: ServerDefinition;
  readonly #offer: Offer;
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #listeners = new Set<(change: UpstreamChange) => void>();
  readonly #process: OwnProcess;
  readonly #subscriptions = new OwnSubscriptions({
    connect: () => this.#process.peer(),
    onMissed: (uri) => this.#emit('notifications/resources/updated', { uri }),
  });

  constructor({ server, caps, outputSchemas, ...options }: OwnServerOptions) {
    this.#server = server;
    this.name = server.name;
    this.title = server.title;
    this.#process = new OwnProcess(server.name, options, {
      onNotification: (method, params) => this.#subscriptions.takes(method, params) || this.#emit(method, withoutMeta(params)),
      onLost: () => this.#subscriptions.lost(),
    });
    const tools = listedTools(server, caps);
    const { instructions = `${server.title}: ${server.description}.` } = server;
    this.#offer = {
      capabilities: { ...capabilitiesOf(server, true) },
      instructions,
      tools: tools.map(outputSchemas ? toFullTool : toListedTool),
      prompts: [],
      resources: [],
      resourceTemplates: (server.resources?.templates ?? []).map((template) => ({ ...template })),
      ...(server.resources && { hasLiveResources: true }),
    };
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]));
  }

  offer(): Promise<Offer> {
    return Promise.resolve(this.#offer);
  }

  known(): Offer {
    return this.#offer;
  }

  scopeOf(tool: string): string {
    const scope = tool === '' ? this.#server.resources?.scope : this.#tools.get(tool)?.scope;
    return scope ?? `${this.name}:unknown`;
  }

  describe(tool: string): Loose | undefined {
    const known = this.#tools.get(tool);
    return known && toFullTool(known);
  }

  isMinor(tool: string): boolean {
    return this.#tools.get(tool)?.minor === true;
  }

  request(request: UpstreamRequest): Promise<Loose> {
    const meta = { [principalMetaKey]: request.caller.principal };
    return countedRequest(this.name, request, () => this.#process.use((peer) => requestModern(peer, request, meta)));
  }

  /** What its processes have counted, see {@link OwnProcess.metrics}. Does not start it. */
  metrics(): Promise<{ snapshot: Snapshot; answered: boolean }> {
    return this.#process.metrics();
  }

  /** Starts it, for something that goes to its private socket past MCP, see {@link OwnProcess.hold}. */
  hold(): Promise<Held> {
    return this.#process.hold();
  }

  /** Its WebSockets. */
  get sockets(): NonNullable<ServerDefinition['sockets']> {
    return this.#server.sockets ?? [];
  }

  /** Its HTTP routes for large bytes; undefined when it has none. */
  get routes(): ServerDefinition['routes'] {
    return this.#server.routes;
  }

  subscribe(uri: string): Promise<() => Promise<void>> {
    if (this.#server.resources) return this.#subscriptions.add(uri);
    return Promise.reject(new ToolError('UNSUPPORTED', `The ${this.name} server has no resource "${uri}" to subscribe to.`));
  }

  notify(method: string, params: Loose): void {
    this.#process.notify(method, params);
  }

  onChange(listener: (change: UpstreamChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  health(): UpstreamHealth {
    return this.#process.health();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }

  #emit(method: string, params: Loose): void {
    for (const listener of this.#listeners) listener({ method, params });
  }
}
