/** Fork bombs. All of them are bounded: in the number of their processes, and in time. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pidsFolder, tagged, tagOf } from '@sandlot/core/processes';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { isThere, output, until } from './kit.ts';

/** 300 processes as fast as it goes, each in a session of its own. */
const burst = `
import os, time
pids = open('pids', 'w', 1)
for _ in range(300):
    try: pid = os.fork()
    except OSError: break
    if pid == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    print(pid, file=pids)
time.sleep(60)
`;

/** Four that live for 20 ms each and leave a child in their place, for 20 seconds at most: gone before a signal reaches them. */
const relay = (setsid: boolean) => `
import os, time
end = time.time() + 20
for _ in range(4):
    if os.fork() == 0:
        while time.time() < end:
            if os.fork() != 0: os._exit(0)
            time.sleep(0.02)
            ${setsid ? 'os.setsid()' : 'pass'}
        os._exit(0)
`;

/** Living processes of a command, whatever became of its shell. */
const left = (tag: number | undefined) => (tag === undefined ? [] : tagged(tag)).length;

// Root without a pids cgroup has no bound but the watch.
it.runIf(pidsFolder() !== undefined || process.getuid?.() !== 0)('a bomb is bounded by the kernel, and ended', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(shell, { workspace: folder.path, options: { children: 40 } });
  const answer = await client.call('shell_exec', { command: `python3 -c "$BOMB"`, env: { BOMB: burst }, wait_ms: 120_000 });
  expect(answer.facts).toMatchObject({ status: 'killed' });
  expect(answer.text).toContain('too many processes');
  const pids = (await readFile(join(folder.path, 'pids'), 'utf8')).trim().split('\n').map(Number);
  expect(pids.length).toBeGreaterThan(30);
  expect(pids.length).toBeLessThan(100);
  expect(pids.filter(isThere)).toEqual([]);
  expect(await output(client, 'echo fine')).toBe('fine\n');
});

for (const children of [0, 600]) {
  for (const setsid of [false, true]) {
    const name = `what forks faster than it can be found is ended, ${setsid ? 'with' : 'without'} setsid, limit ${children}`;
    it(name, async () => {
      await using folder = await temporaryFolder();
      await using client = await connect(shell, { workspace: folder.path, options: { children } });
      const command = `sleep 651 & echo $!; python3 -c "$BOMB"`;
      const started = await client.call('shell_exec', { command, env: { BOMB: relay(setsid) }, wait_ms: 120_000 });
      expect(started.facts).toMatchObject({ status: 'exited' });
      const sleeper = Number.parseInt(started.text, 10);
      const tag = tagOf(sleeper);
      expect(tag).toBeDefined();
      await until(() => (left(tag) >= 2 ? true : undefined));
      const ended = await client.call('shell_kill', { process_id: started.facts['process_id'], signal: 'SIGKILL' });
      expect(ended.facts['survivors']).toEqual([]);
      expect(isThere(sleeper)).toBe(false);
      expect(left(tag)).toBe(0);
    });
  }
}
