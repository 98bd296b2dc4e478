/** Makes the programs of the UIs, in a folder for their sockets. Starts none. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { Reaper } from '../upstreams/reaper.ts';
import type { UiService } from './service.ts';
import { type Held, UiProcess } from './ui-process.ts';
import type { UisOptions } from './uis.ts';

/** A program that knows its own path runs once for each under which it is seen: directly, and below the base path of a proxy. */
const mostPaths = 3;

/** What {@link openProcesses} makes. */
export type Processes = Awaited<ReturnType<typeof openProcesses>>;

/** Makes them. */
export async function openProcesses(services: readonly UiService[], options: UisOptions) {
  const runDir = await mkdtemp(join(tmpdir(), 'sandlot-ui-'));
  // Programs under another user make their sockets there by the group, which is the gateway's.
  if (options.user !== undefined) await chmod(runDir, 0o770);
  const reaper = new Reaper();
  const make = (service: UiService) => new UiProcess({ ...options, service, runDir, reaper });
  const all = new Map<string, UiProcess[]>(services.map((service) => [service.id, [make(service)]]));
  return {
    all,
    /**
     * Gives the socket of a UI's program, and keeps it running until released.
     *
     * @param url path under which the browser sees it
     * @throws ToolError RESOURCE_EXHAUSTED when it runs for too many others; as {@link UiProcess.hold}
     */
    async hold(service: UiService, url: string): Promise<Held> {
      const made = all.get(service.id) ?? [];
      const found = made.find((process) => !service.keepsPath || process.isFor(url));
      if (found) return found.hold(url);
      if (made.length >= mostPaths) {
        throw new ToolError('RESOURCE_EXHAUSTED', `${service.title} runs for ${mostPaths} other paths.`, {
          advice: 'Open it where it was opened before, or wait until one of them is idle.',
        });
      }
      const another = make(service);
      all.set(service.id, [...made, another]);
      return another.hold(url);
    },
    async close() {
      await Promise.all([...all.values()].flat().map((process) => process[Symbol.asyncDispose]()));
      reaper[Symbol.dispose]();
      await rm(runDir, { recursive: true, force: true });
    },
  };
}
