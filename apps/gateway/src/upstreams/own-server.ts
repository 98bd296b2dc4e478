/** One of our servers: started at its first call, restarted after a crash, stopped when idle. */
import { join } from 'node:path';
import {
  busyMethod,
  capabilitiesOf,
  listedTools,
  type Log,
  metricsMethod,
  principalMetaKey,
  type ServerDefinition,
  type Tool,
  ToolError,
  toFullTool,
  toListedTool,
} from '@sandlot/core';
import { mergeSnapshots, meter, type Snapshot, snapshotSchema, withoutGauges } from '@sandlot/core/telemetry';
import { modernEnvelope } from '../mcp/envelope.ts';
import type { Loose } from './caller.ts';
import { countedRequest } from './counted.ts';
import { requestModern } from './modern.ts';
import { OwnSubscriptions, withoutMeta } from './own-subscriptions.ts';
import { logLines } from './log-lines.ts';
import type { JsonRpcPeer } from './peer.ts';
import { type RunningProcess, startProcess } from './process.ts';
import type { Offer, Upstream, UpstreamChange, UpstreamHealth, UpstreamRequest } from './upstream.ts';

/** Options of {@link OwnServer}. */
export interface OwnServerOptions {
  readonly server: ServerDefinition;
  /** Program file that serves it. */
  readonly bin: string;
  readonly args: readonly string[];
  /** User that it runs as, `uid:gid`; undefined for this process's. */
  readonly user?: string | undefined;
  /** Opt-in groups of tools that are on. */
  readonly caps: readonly string[];
  /** `tools/list` shows output schemas and every hint. */
  readonly outputSchemas: boolean;
  /** Folder for its Unix socket, private to this user. */
  readonly runDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It is stopped after this time without a call, in milliseconds; 0 never stops it. */
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly log: Log;
  /** Receives its stderr: its log lines. */
  readonly writeLog: (text: string) => void;
}

/** One of our servers as an upstream. */
export class OwnServer implements Upstream {
  readonly name: string;
  readonly title: string;
  readonly #options: OwnServerOptions;
  readonly prefix = '';
  readonly #offer: Offer;
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #listeners = new Set<(change: UpstreamChange) => void>();
  #running: Promise<RunningProcess> | undefined;
  #stopping: Promise<void> | undefined;
  #pid: number | undefined;
  #restarts = 0;
  #active = 0;
  #error: string | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;
  /** What its processes that have ended counted, and what the running one had at the last look. */
  #counted: { past: Snapshot; current: Snapshot } = { past: {}, current: {} };
  readonly #subscriptions = new OwnSubscriptions({
    connect: async () => (await this.#start()).peer,
    onMissed: (uri) => this.#emit('notifications/resources/updated', { uri }),
  });

  constructor(options: OwnServerOptions) {
    this.#options = options;
    this.name = options.server.name;
    this.title = options.server.title;
    const tools = listedTools(options.server, options.caps);
    const { instructions = `${options.server.title}: ${options.server.description}.` } = options.server;
    this.#offer = {
      capabilities: { ...capabilitiesOf(options.server, true) },
      instructions,
      tools: tools.map(options.outputSchemas ? toFullTool : toListedTool),
      prompts: [],
      resources: [],
      resourceTemplates: (options.server.resources?.templates ?? []).map((template) => ({ ...template })),
      ...(options.server.resources && { hasLiveResources: true }),
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
    const scope = tool === '' ? this.#options.server.resources?.scope : this.#tools.get(tool)?.scope;
    return scope ?? `${this.name}:unknown`;
  }

  describe(tool: string): Loose | undefined {
    const known = this.#tools.get(tool);
    return known && toFullTool(known);
  }

  async request(request: UpstreamRequest): Promise<Loose> {
    clearTimeout(this.#idle);
    this.#active++;
    try {
      return await countedRequest(this.name, request, async () => {
        const { peer } = await this.#start();
        return requestModern(peer, request, { [principalMetaKey]: request.caller.principal });
      });
    } finally {
      this.#active--;
      this.#armIdle();
    }
  }

  /**
   * What it has counted, over all its processes. Does not start it.
   *
   * @returns `answered` is false when it runs and did not say so within a second
   */
  async metrics(): Promise<{ snapshot: Snapshot; answered: boolean }> {
    const running = this.#pid === undefined ? undefined : await this.#running?.catch(() => undefined);
    const answered = running === undefined || (await this.#count(running.peer));
    return { snapshot: mergeSnapshots([this.#counted.past, this.#counted.current]), answered };
  }

  /** Its WebSockets. */
  get sockets(): NonNullable<ServerDefinition['sockets']> {
    return this.#options.server.sockets ?? [];
  }

  /**
   * Starts it, for something that goes to its private socket past MCP.
   *
   * @returns the path of the socket; it is not stopped as idle before `release` is called
   */
  async hold(): Promise<{ socket: string; release: () => void }> {
    clearTimeout(this.#idle);
    this.#active++;
    let held = true;
    const release = () => {
      if (held) this.#active--;
      held = false;
      this.#armIdle();
    };
    try {
      await this.#start();
      return { socket: this.#socket, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Its HTTP routes for large bytes; undefined when it has none. */
  get routes(): ServerDefinition['routes'] {
    return this.#options.server.routes;
  }

  subscribe(uri: string): Promise<() => Promise<void>> {
    if (this.#options.server.resources) return this.#subscriptions.add(uri);
    return Promise.reject(new ToolError('UNSUPPORTED', `The ${this.name} server has no resource "${uri}" to subscribe to.`));
  }

  notify(method: string, params: Loose): void {
    void this.#running?.then(({ peer }) => peer.notify(method, params)).catch(() => undefined);
  }

  onChange(listener: (change: UpstreamChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  health(): UpstreamHealth {
    const state = this.#stopping
      ? 'stopping'
      : this.#pid !== undefined
        ? 'running'
        : this.#running
          ? 'starting'
          : this.#error
            ? 'failed'
            : 'stopped';
    return {
      state,
      restarts: this.#restarts,
      ...(this.#pid !== undefined && { pid: this.#pid }),
      ...(this.#error !== undefined && { error: this.#error }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    const running = await this.#running?.catch(() => undefined);
    await running?.stop();
  }

  get #socket(): string {
    return join(this.#options.runDir, `${this.name}.sock`);
  }

  async #count(peer: JsonRpcPeer): Promise<boolean> {
    try {
      const answer = await peer.request(metricsMethod, { _meta: modernEnvelope() }, { signal: AbortSignal.timeout(1000) });
      this.#counted.current = snapshotSchema.parse(answer['metrics']);
      return true;
    } catch {
      return false;
    }
  }

  #emit(method: string, params: Loose): void {
    for (const listener of this.#listeners) listener({ method, params });
  }

  /** Single flight: callers that come while it starts wait for the same start. */
  async #start(): Promise<RunningProcess> {
    await this.#stopping;
    this.#running ??= this.#spawn();
    return this.#running;
  }

  async #spawn(): Promise<RunningProcess> {
    const { server, log, ...options } = this.#options;
    try {
      const running = await startProcess({
        ...options,
        name: server.name,
        socket: this.#socket,
        handlers: {
          onNotification: (method, params) => this.#subscriptions.takes(method, params) || this.#emit(method, withoutMeta(params)),
        },
        onStderr: logLines(server.name, this.#options.writeLog, log),
      });
      this.#pid = running.pid;
      this.#error = undefined;
      void running.ended.then((how) => this.#onEnd(how));
      log.info('server started', { server: server.name, pid: running.pid });
      return running;
    } catch (error) {
      this.#running = undefined;
      this.#error = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  #onEnd(how: string): void {
    this.#running = undefined;
    this.#pid = undefined;
    this.#counted = { past: withoutGauges(mergeSnapshots([this.#counted.past, this.#counted.current])), current: {} };
    if (this.#stopping || this.#closed) return;
    this.#restarts++;
    meter.add('sandlot.server.restarts', 1, { 'sandlot.server': this.name, reason: how });
    this.#error = how;
    this.#options.log.warn('server ended by itself', { server: this.name, how });
    this.#subscriptions.lost();
  }

  #armIdle(): void {
    if (this.#active > 0 || this.#options.idleMs === 0 || this.#closed) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#stopIfIdle(), this.#options.idleMs);
    this.#idle.unref();
  }

  async #stopIfIdle(): Promise<void> {
    const running = await this.#running?.catch(() => undefined);
    if (!running || this.#active > 0) return;
    const params = { _meta: modernEnvelope() };
    const answer = await running.peer
      .request(busyMethod, params, { signal: AbortSignal.timeout(5000) })
      .catch((): Loose => ({ busy: true }));
    // A call may have come while the server was asked.
    if (answer['busy'] !== false || this.#active > 0) return this.#armIdle();
    await this.#count(running.peer);
    this.#stopping = running.stop().finally(() => {
      this.#stopping = undefined;
    });
    await this.#stopping;
    this.#options.log.info('server stopped, it was idle', { server: this.name });
  }
}
