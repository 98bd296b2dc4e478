/** Makes the programs of the UIs, in a folder for their sockets. Starts none. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Reaper } from '../upstreams/reaper.ts';
import type { UiService } from './service.ts';
import { UiProcess } from './ui-process.ts';
import type { UisOptions } from './uis.ts';

/** Makes them. */
export async function openProcesses(services: readonly UiService[], options: UisOptions) {
  const runDir = await mkdtemp(join(tmpdir(), 'sandlot-ui-'));
  // Programs under another user make their sockets there by the group, which is the gateway's.
  if (options.user !== undefined) await chmod(runDir, 0o770);
  const reaper = new Reaper();
  const all = new Map(services.map((service) => [service.id, new UiProcess({ ...options, service, runDir, reaper })]));
  return {
    all,
    async close() {
      await Promise.all([...all.values()].map((process) => process[Symbol.asyncDispose]()));
      reaper[Symbol.dispose]();
      await rm(runDir, { recursive: true, force: true });
    },
  };
}
