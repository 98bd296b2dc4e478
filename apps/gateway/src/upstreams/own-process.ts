/** The process of one of our servers: started at its first use, restarted after a crash, stopped when idle. */
import { join } from 'node:path';
import { busyMethod, type Log, metricsMethod } from '@sandlot/core';
import { mergeSnapshots, meter, type Snapshot, snapshotSchema, withoutGauges } from '@sandlot/core/telemetry';
import { modernEnvelope } from '../mcp/envelope.ts';
import type { Loose } from './caller.ts';
import { logLines } from './log-lines.ts';
import type { JsonRpcPeer } from './peer.ts';
import { type RunningProcess, startProcess } from './process.ts';
import type { UpstreamHealth } from './upstream.ts';

/** Options of {@link OwnProcess}. */
export interface OwnProcessOptions {
  /** Program file that serves it. */
  readonly bin: string;
  readonly args: readonly string[];
  /** User that it runs as, `uid:gid`; undefined for this process's. */
  readonly user?: string | undefined;
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

/** A process that runs, for somebody. */
export interface Held {
  readonly socket: string;
  readonly ended: Promise<unknown>;
  readonly release: () => void;
}

/** What it tells its owner. */
export interface OwnProcessEvents {
  onNotification(method: string, params: Loose): void;
  /** It ended by itself. */
  onLost(): void;
}

/** The process. */
export class OwnProcess implements AsyncDisposable {
  readonly #name: string;
  readonly #options: OwnProcessOptions;
  readonly #events: OwnProcessEvents;
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

  constructor(name: string, options: OwnProcessOptions, events: OwnProcessEvents) {
    this.#name = name;
    this.#options = options;
    this.#events = events;
  }

  /** Runs something with it, for which it is started; meanwhile it is not idle. */
  async use<T>(work: (peer: JsonRpcPeer) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#active++;
    try {
      return await work((await this.#start()).peer);
    } finally {
      this.#active--;
      this.#armIdle();
    }
  }

  /** Starts it, and leaves it to be idle. */
  async peer(): Promise<JsonRpcPeer> {
    return (await this.#start()).peer;
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

  /**
   * Starts it, for something that goes to its private socket past MCP.
   *
   * @returns the path of the socket, and when the process has ended; it is not stopped as idle before `release` is called
   */
  async hold(): Promise<Held> {
    clearTimeout(this.#idle);
    this.#active++;
    let held = true;
    const release = () => {
      if (held) this.#active--;
      held = false;
      this.#armIdle();
    };
    try {
      const { ended } = await this.#start();
      return { socket: this.#socket, ended, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Sends a notification, when it runs. */
  notify(method: string, params: Loose): void {
    void this.#running?.then(({ peer }) => peer.notify(method, params)).catch(() => undefined);
  }

  /** Its state. */
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
    return join(this.#options.runDir, `${this.#name}.sock`);
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

  /** Single flight: callers that come while it starts wait for the same start. */
  async #start(): Promise<RunningProcess> {
    await this.#stopping;
    this.#running ??= this.#spawn();
    return this.#running;
  }

  async #spawn(): Promise<RunningProcess> {
    const { log, writeLog, ...options } = this.#options;
    try {
      const running = await startProcess({
        ...options,
        name: this.#name,
        socket: this.#socket,
        handlers: { onNotification: (method, params) => this.#events.onNotification(method, params) },
        onStderr: logLines(this.#name, writeLog, log),
      });
      this.#pid = running.pid;
      this.#error = undefined;
      void running.ended.then((how) => this.#onEnd(how));
      log.info('server started', { server: this.#name, pid: running.pid });
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
    meter.add('sandlot.server.restarts', 1, { 'sandlot.server': this.#name, reason: how });
    this.#error = how;
    this.#options.log.warn('server ended by itself', { server: this.#name, how });
    this.#events.onLost();
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
    this.#options.log.info('server stopped, it was idle', { server: this.#name });
  }
}
