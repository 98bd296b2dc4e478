/** Takes changes of `mcpServers`, `profiles` and keys in the configuration file while the gateway runs. */
import { existsSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ToolError } from '@sandlot/core';
import { readConfigFile } from '@sandlot/core/config';
import type { Views } from '../mcp/views.ts';
import type { Registry } from '../upstreams/registry.ts';
import { parseMcpServers } from './options.ts';
import { parseProfiles } from './profiles.ts';

/** Editors write a file in several steps: wait until they are done. */
const settleMs = 100;

/** Reads what it needs from the file, and says what to do once all of the file is found good. @throws ToolError for what is wrong */
export type Taker = (file: Readonly<Record<string, unknown>>) => () => void;

/**
 * Watches the folder of the file, since editors replace files. A file that is gone, cannot be read or is wrong changes nothing.
 *
 * @param takers take other parts of the file
 */
export function watchServers(path: string, registry: Registry, views: Views, takers: readonly Taker[] = []): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let hasFile = existsSync(path);
  const reload = async () => {
    try {
      const file = await readConfigFile(path);
      // Whoever moves a file away for a moment does not want every server to end.
      if (!file && !hasFile) return;
      if (!file)
        throw new ToolError('NOT_FOUND', `The configuration file "${path}" is gone: what it said last stays in force.`, {
          advice: 'Put it back; an empty one is {}.',
        });
      hasFile = true;
      const { mcpServers, profiles } = file;
      const takes = takers.map((taker) => taker(file));
      const [servers, chosen] = [parseMcpServers(mcpServers), parseProfiles(profiles)];
      for (const take of takes) take();
      views.configure(chosen);
      await registry.configure(servers);
      registry.reportFile(undefined);
    } catch (error) {
      registry.reportFile(error instanceof Error ? error.message : String(error));
      registry.log.warn('the configuration file was changed but not taken', { path, error });
    }
  };
  const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
    if (name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(reload);
    }, settleMs);
  });
  watcher.on('error', (error) => registry.log.warn('the configuration file is not watched', { path, error }));
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      watcher.close();
      await running;
    },
  };
}
