/** The UIs of a gateway. Light: what starts programs and proxies is loaded by the first request. */
import type { Log } from '@sandlot/core';
import type { OwnPorts } from './own-ports.ts';
import type { RecentCalls } from './recent-calls.ts';
import { Passes } from './passes.ts';
import { type Place, previewOfPath } from './place.ts';
import { editor } from './services/editor.ts';
import { notebooks } from './services/notebooks.ts';
import type { UiService } from './service.ts';
import type { Processes } from './open-processes.ts';
import type { Held } from './ui-process.ts';

/** Options of {@link Uis}. */
export interface UisOptions {
  readonly workspace: string;
  /** Part of the URL under which a proxy shows the gateway; empty when there is none. */
  readonly basePath: string;
  readonly idleMs: number;
  readonly startTimeoutMs: number;
  /** `uid:gid` for the programs; undefined runs them as the gateway. */
  readonly user: string | undefined;
  /** Whether callers need a credential. */
  readonly asksForKey: boolean;
  readonly ports: OwnPorts;
  readonly calls: RecentCalls;
  readonly log: Log;
}

/** Every program with a UI. */
export const uiServices: readonly UiService[] = [editor, notebooks];

/** Knows what stands where, and keeps the programs. */
export class Uis {
  readonly options: UisOptions;
  readonly passes = new Passes();
  #processes: Promise<Processes> | undefined;

  constructor(options: UisOptions) {
    this.options = options;
  }

  /** Paths on which one-time tickets are accepted. */
  get ticketPaths(): string[] {
    return [...uiServices.map(({ id }) => `/${id}/`), '/proxy/', '/absproxy/'];
  }

  /** What stands at a path. */
  placeOf(path: string): Place | undefined {
    const first = path.slice(1, path.indexOf('/', 1));
    if (first === 'proxy' || first === 'absproxy') return previewOfPath(path);
    const service = uiServices.find(({ id }) => id === first);
    return service && { id: service.id, path: `/${service.id}/`, rest: path.slice(service.id.length + 1) };
  }

  /** Starts the program of a UI if need be, see {@link Processes}. */
  async hold(service: UiService, url: string): Promise<Held> {
    return (await this.#open()).hold(service, url);
  }

  /** How each is. */
  async list(): Promise<{ id: string; title: string; purpose: string; path: string; state: string; crash?: string; advice?: string }[]> {
    const { all } = await this.#open();
    return [...all.values()].flatMap((processes) => {
      const running = processes.find((process) => process.health().state === 'running') ?? processes[0];
      if (!running) return [];
      const { id, title, purpose, missing } = running.service;
      const { state, crash } = running.health();
      return {
        id,
        title,
        purpose,
        path: `/${id}/`,
        state,
        ...(crash !== undefined && { crash }),
        ...(state === 'missing' && { advice: missing }),
      };
    });
  }

  /** Ends the programs. */
  async close(): Promise<void> {
    await (await this.#processes)?.close();
  }

  #open() {
    return (this.#processes ??= import('./open-processes.ts').then(({ openProcesses }) => openProcesses(uiServices, this.options)));
  }
}
