/** Takes changes of `mcpServers` and `profiles` in the configuration file while the gateway runs. */
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { readConfigFile } from '@sandlot/core/config';
import type { Views } from '../mcp/views.ts';
import type { Registry } from '../upstreams/registry.ts';
import { parseMcpServers } from './options.ts';
import { parseProfiles } from './profiles.ts';

/** Editors write a file in several steps: wait until they are done. */
const settleMs = 100;

/** Watches the folder of the file, since editors replace files. A file that cannot be read or is wrong changes nothing. */
export function watchServers(path: string, registry: Registry, views: Views): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const reload = async () => {
    try {
      const { mcpServers, profiles } = (await readConfigFile(path)) ?? {};
      const [servers, chosen] = [parseMcpServers(mcpServers), parseProfiles(profiles)];
      views.configure(chosen);
      await registry.configure(servers);
    } catch (error) {
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
