/** Processes that wait for commands, where commands have a cgroup. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidsFolder, PidsGroup, tagged } from '@sandlot/core/processes';
import { connect, kill, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { isThere, output, until } from './kit.ts';

const group = PidsGroup.open(1, 10);
group?.remove();

/** Clock ticks since boot. */
const now = () => Math.floor(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 100);

describe.runIf(group !== undefined)('a command with a cgroup', () => {
  it('does not wait until it has joined: its process was there before it was asked for', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    const before: boolean[] = [];
    for (let round = 0; round < 30; round++) {
      const asked = now();
      before.push(Number(await output(client, 'read -r stat </proc/$$/stat; set -- $stat; echo ${22}')) < asked);
      await sleep(20);
    }
    // A busy machine may be late with some of them.
    expect(before.slice(1)).toContain(true);
    expect(await output(client, 'cat /proc/$$/cgroup; ulimit -R')).toMatch(/pids:.*\/sandlot-(\d{15})\n[^]*\n\1\n$/);
  });

  it('finds everything as a command without one does', async () => {
    await using folder = await temporaryFolder();
    await using spared = await connect(shell, { workspace: folder.path, options: { cpuSeconds: 100 } });
    await using plain = await connect(shell, { workspace: folder.path, options: { cpuSeconds: 100, children: 0 } });
    const look = [
      'env -0 | sort -z | od -c',
      'declare -p | grep -v " \\(BASHPID\\|PPID\\|RANDOM\\|SRANDOM\\|EPOCH.*\\|SECONDS\\|REPLY\\|BASH_EXECUTION_STRING\\)="',
      'shopt; set -o; trap -p; umask; ulimit -a | grep -v real-time',
      'ls /proc/self/fd; readlink /proc/self/fd/0; ps -o sid=,pgid= $$ | tr -s " " "\\n" | sort -u | wc -l',
      'echo "$0 $# $- $SHLVL $BASH"; cat; cat /proc/$$/oom_score_adj',
      // By the shell itself: while it makes a process it blocks signals, and the process might look just then.
      'while read -r line; do case $line in Sig[!Q]*) echo "$line" ;; esac; done </proc/$$/status',
    ].join('\n');
    const args = { env: { ODD: "it's\n$x `y` \\ é", EMPTY: '', _: 'x', SHLVL: '7', PWD: '/nonsense' } };
    const clean = (text: string) => text.replaceAll(/sandlot-shell-\w+|\d{15}/g, 'x');
    for (const stdin of [undefined, 'typed\n']) {
      await output(spared, 'true');
      await sleep(100);
      expect(clean(await output(spared, look, { ...args, stdin }))).toBe(clean(await output(plain, look, { ...args, stdin })));
    }
  });

  it('says that variables are too large as a command without one does', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    await output(client, 'true');
    await sleep(100);
    for (const value of ['日'.repeat(60_000), 'x'.repeat(200_000)]) {
      expect((await client.call('shell_exec', { command: 'true', env: { LARGE: value } })).error?.code).toBe('RESOURCE_EXHAUSTED');
    }
    expect(await output(client, 'echo "${#LARGE}"', { env: { LARGE: '日'.repeat(40_000) } })).toBe('40000\n');
    expect(await output(client, 'echo "${#LARGE}"', { env: { LARGE: '日'.repeat(20_000) } })).toBe('20000\n');
  });

  it('shows no process that waits, and one that somebody ends is no loss', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(shell, { workspace: folder.path });
    const tag = Number(await output(client, 'ulimit -R'));
    const prefix = Math.floor(tag / 1_000_000);
    for (let round = 0; round < 3; round++) {
      const pids = await until(async () => {
        expect(await output(client, 'echo fine')).toBe('fine\n');
        // Each command takes one: without a pause the look might always come before the next is there.
        for (let look = 0; look < 100; look++) {
          const found = tagged(prefix);
          if (found.length === 2) return found;
          await sleep(20);
        }
        return undefined;
      });
      const { facts } = await client.call('shell_list');
      const listed = (facts['processes'] as { pid: number }[]).map(({ pid }) => pid);
      expect(pids.filter((pid) => listed.includes(pid))).toEqual([]);
      kill(...pids);
      // Others may have taken their place already.
      await until(() => (pids.some(isThere) ? undefined : true));
    }
    await client[Symbol.asyncDispose]();
    expect(tagged(prefix)).toEqual([]);
    expect(readdirSync(pidsFolder() ?? '').filter((name) => name.startsWith(`sandlot-${prefix}`))).toEqual([]);
  });
});
