/** The program behind a UI: started by its first request, once for all that come meanwhile, stopped when idle, started anew after a crash. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Log, ToolError } from '@sandlot/core';
import { environment } from '@sandlot/core/config';
import { baseEnvironment } from '@sandlot/core/processes';
import { asUser } from '../upstreams/as-user.ts';
import type { Reaper } from '../upstreams/reaper.ts';
import { StderrRing } from '../upstreams/spawned.ts';
import { isOpen } from './send.ts';
import type { UiService } from './service.ts';

/** What a program runs with. */
export interface UiProcessOptions {
  readonly service: UiService;
  /** Folder for its socket. */
  readonly runDir: string;
  readonly workspace: string;
  /** Without a request for this long it is stopped, in milliseconds; 0 never stops it. */
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  /** `uid:gid`; undefined runs it as the gateway. */
  readonly user: string | undefined;
  readonly reaper: Reaper;
  readonly log: Log;
}

/** How a UI is. */
export type UiState = 'missing' | 'stopped' | 'starting' | 'running';

/** Somebody's use of it. */
export interface Held {
  readonly socketPath: string;
  readonly release: () => void;
}

interface Run {
  readonly socketPath: string;
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

const graceMs = 5000;

export class UiProcess implements AsyncDisposable {
  readonly #options: UiProcessOptions;
  #starting: Promise<Run> | undefined;
  #run: Run | undefined;
  #using = 0;
  #idle: NodeJS.Timeout | undefined;
  /** How it ended when nobody had asked for that. */
  #crash: string | undefined;
  #url: string | undefined;
  #closed = false;

  constructor(options: UiProcessOptions) {
    this.#options = options;
  }

  get service(): UiService {
    return this.#options.service;
  }

  /** How it is now, and how it last crashed. */
  health(): { readonly state: UiState; readonly pid?: number; readonly crash?: string } {
    const pid = this.#run?.child.pid;
    const state = this.#run ? 'running' : this.#starting ? 'starting' : this.#find() === undefined ? 'missing' : 'stopped';
    return { state, ...(pid !== undefined && { pid }), ...(this.#crash !== undefined && { crash: this.#crash }) };
  }

  /** True when it runs for this path under which a browser sees it, or can be started for it. */
  isFor(url: string): boolean {
    return this.#url === url || (this.#using === 0 && !this.#run && !this.#starting);
  }

  /**
   * Gives its socket, and keeps it running until released.
   *
   * @param url path under which the browser sees it; one that runs keeps that of its start
   * @throws ToolError FAILED_PRECONDITION when it is not installed, UNAVAILABLE when it does not come up
   */
  async hold(url: string): Promise<Held> {
    if (this.isFor(url)) this.#url = url;
    this.#using++;
    clearTimeout(this.#idle);
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      if (--this.#using === 0) this.#arm();
    };
    try {
      const { socketPath } = this.#run ?? (await (this.#starting ??= this.#start(url).finally(() => (this.#starting = undefined))));
      return { socketPath, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    await this.#starting?.catch(() => undefined);
    if (this.#run) await this.#stop(this.#run);
  }

  #arm(): void {
    if (this.#options.idleMs === 0 || this.#closed) return;
    this.#idle = setTimeout(() => this.#run && void this.#stop(this.#run), this.#options.idleMs).unref();
  }

  #find(): string | undefined {
    const folders = (environment()['PATH'] ?? '').split(delimiter).filter(Boolean);
    for (const name of this.service.programs) {
      const found = folders.map((folder) => join(folder, name)).find(isProgram);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #start(url: string): Promise<Run> {
    const { service, runDir, workspace, startTimeoutMs, user, log } = this.#options;
    const file = this.#find();
    if (file === undefined) {
      throw new ToolError('FAILED_PRECONDITION', `${service.title} is not installed here.`, { advice: service.missing });
    }
    const folder = await mkdtemp(join(runDir, `${service.id}-`));
    await chmod(folder, 0o770);
    const socketPath = join(folder, 's');
    const { args, env, files = {} } = service.program({ socket: socketPath, folder, workspace, url });
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o640 });
    const { command, args: words } = asUser(user, file, args);
    const child = spawn(command, words, {
      cwd: workspace,
      env: { ...baseEnvironment(['VIRTUAL_ENV', 'JUPYTER*']), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const said = new StderrRing();
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => said.add(text));
    const unwatch = child.pid === undefined ? () => undefined : this.#options.reaper.watch(child.pid);
    const ended = Promise.race([
      once(child, 'exit').then(([code, by]: unknown[]) => (typeof by === 'string' ? by : `exit code ${String(code)}`)),
      once(child, 'error').then(([error]: unknown[]) => (error instanceof Error ? error.message : String(error))),
    ]);
    const run = { socketPath, child, ended };
    let over: string | undefined;
    void ended
      .then((how) => {
        over = how;
        signal(child, 'SIGKILL');
        unwatch();
        if (this.#run !== run) return;
        this.#run = undefined;
        this.#crash = how;
        log.warn('a UI ended by itself; its next request starts it anew', { ui: service.id, how, said: said.lines().slice(-5) });
      })
      .finally(() => void rm(folder, { recursive: true, force: true }));
    const deadline = Date.now() + startTimeoutMs;
    while (!(await isOpen({ socketPath }))) {
      if (over === undefined && Date.now() < deadline && !this.#closed) {
        await delay(50);
        continue;
      }
      const why = over === undefined ? `is not ready after ${startTimeoutMs} ms` : `ended (${over})`;
      await this.#stop(run);
      throw new ToolError('UNAVAILABLE', `${service.title} ${why}: ${said.lines().slice(-5).join(' ') || 'it said nothing'}`, {
        advice: 'Reload to start it anew.',
      });
    }
    this.#run = run;
    return run;
  }

  async #stop(run: Run): Promise<void> {
    if (this.#run === run) this.#run = undefined;
    signal(run.child, 'SIGTERM');
    const kill = setTimeout(() => signal(run.child, 'SIGKILL'), graceMs);
    await run.ended;
    clearTimeout(kill);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** To its whole process group. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended already.
  }
}
