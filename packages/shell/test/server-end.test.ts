import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pidsFolder, tagged, tagOf } from '@sandlot/core/processes';
import { kill, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { isThere, startServer, until } from './kit.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

describe('the end of the server', () => {
  const ends = {
    SIGKILL: ({ pid }: Server) => kill(pid),
    SIGTERM: ({ pid }: Server) => void process.kill(pid, 'SIGTERM'),
    'the end of its stdin': ({ client }: Server) => void client.close(),
  };
  for (const [name, end] of Object.entries(ends)) {
    it(`S14: leaves no process and no temporary file after ${name}`, async () => {
      await using folder = await temporaryFolder();
      await using temporary = await temporaryFolder();
      const server = await startServer(folder.path, { TMPDIR: temporary.path });
      const { client } = server;
      const trees =
        'echo $$ >>pids; (env -i setsid nohup sleep 611 >/dev/null 2>&1 & echo $! >>pids) & sleep 612 & echo $! >>pids; wait; sleep 613';
      const calls = [{ wait_ms: 0 }, { wait_ms: 0, tty: true, session: 'b' }].map((args) =>
        client.callTool({ name: 'shell_exec', arguments: { command: trees, ...args } }),
      );
      await Promise.all(calls);
      const pids = await until(async () => {
        const lines = (await readFile(join(folder.path, 'pids'), 'utf8').catch(() => '')).trim().split('\n');
        return lines.length === 6 ? lines.map(Number) : undefined;
      });
      expect(pids.filter(isThere)).toEqual(pids);
      const prefix = Math.floor((tagOf(pids[0] ?? 0) ?? 0) / 1_000_000);
      expect(tagged(prefix).length).toBeGreaterThanOrEqual(pids.length);
      end(server);
      await until(() => Promise.resolve(pids.some(isThere) ? undefined : true));
      // Also what waits for commands to come.
      await until(() => (tagged(prefix).length === 0 ? true : undefined));
      const groups = pidsFolder();
      if (groups !== undefined)
        await until(async () => ((await readdir(groups)).some((group) => group.startsWith(`sandlot-${prefix}`)) ? undefined : true));
      await until(async () => ((await readdir(temporary.path)).length === 0 ? true : undefined));
      await client.close();
    });
  }
});
