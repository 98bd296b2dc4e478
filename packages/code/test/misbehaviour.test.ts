import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pidsFolder } from '@sandlot/core/processes';
import { connect, kill, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code } from '../src/index.ts';
import { execute, until } from './kit.ts';
import { childrenWith, isThere } from './processes.ts';
import { testPython } from './test-python.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let client: TestClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  client = await connect(code, { workspace: folder.path, options: { python: await testPython(), children: 60, memoryMb: 1024 } });
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const languages = {
  python: {
    set: 'kept = 1',
    get: 'kept',
    loop: 'while True: pass',
    waits: 'import time; time.sleep(600)',
    stubborn: 'import time\nwhile True:\n    try: time.sleep(600)\n    except KeyboardInterrupt: print("no")',
    // Doubles until there are 512, which end by themselves: a test must not be able to take the machine down.
    bomb: 'import os, time\nfor _ in range(9): os.fork()\ntime.sleep(60)\nos._exit(0)',
    // 300 as fast as it goes, each in a session of its own.
    burst: `import os, time
pids = open("pids", "w", 1)
for _ in range(300):
    try: pid = os.fork()
    except OSError: break
    if pid == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    print(pid, file=pids)
time.sleep(60)`,
    large: 'large = bytearray(10 * 2 ** 30)',
    outOfMemory: /MemoryError/,
    chatty: 'for _ in range(1000): print("x" * 10 ** 6)',
    suicide: 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)',
    exit: 'import os; os._exit(3)',
    pid: 'import os; os.getpid()',
    unknown: 'NameError',
  },
  javascript: {
    set: 'let kept = 1',
    get: 'kept',
    loop: 'while (true) {}',
    waits: 'await new Promise(() => {})',
    stubborn: 'require("node:child_process").execSync("sleep 600")',
    bomb: `const script = 'bomb() { (( $1 > 0 )) && { bomb $(($1 - 1)) & bomb $(($1 - 1)) & }; sleep 60; }; bomb 8';
      require("node:child_process").spawn("bash", ["-c", script]); await new Promise(() => {})`,
    burst: `const { spawn } = require("node:child_process");
      for (let i = 0; i < 300; i++) {
        const { pid } = spawn("sleep", ["60"], { detached: true, stdio: "ignore" }).on("error", () => {});
        if (pid === undefined) break;
        require("node:fs").appendFileSync("pids", pid + "\\n");
      }
      await new Promise(() => {})`,
    large: 'Buffer.alloc(10 * 2 ** 30)',
    outOfMemory: /Array buffer allocation failed|ERR_OUT_OF_RANGE/,
    chatty: 'for (let i = 0; i < 1000; i++) console.log("x".repeat(10 ** 6))',
    suicide: 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})',
    exit: 'process.exit(3)',
    pid: 'process.pid',
    unknown: 'ReferenceError',
  },
} as const;

describe.each(Object.entries(languages))('%s that misbehaves', (language, cells) => {
  const run = (text: string, more: Record<string, unknown> = {}) => execute(client, language, text, more);

  it.each(['loop', 'waits'] as const)('a cell that takes too long (%s) is interrupted, and the state stays', async (cell) => {
    await run(cells.set);
    const { facts, text } = await run(cells[cell], { timeout: 0.5 });
    expect(facts).toMatchObject({ status: 'timed_out' });
    expect(text).toContain('the state is kept');
    expect((await run(cells.get)).text).toMatch(/^1\n\[ok/);
  });

  it('one that does not react to an interrupt is killed, and the next cell begins anew', async () => {
    await run(cells.set);
    const { facts, text } = await run(cells.stubborn, { timeout: 0.5 });
    expect(facts['status']).toBe('timed_out');
    expect(facts['died']).toMatch(/did not react to an interrupt and was killed/);
    expect(text).toContain('the state was lost');
    expect((await run(cells.get)).facts['error_name']).toBe(cells.unknown);
  });

  it('a fork bomb is ended with all its processes', async () => {
    const { facts } = await run(cells.bomb, { timeout: 120 });
    expect(facts).toMatchObject({ status: 'died', died: 'it had too many processes' });
    expect((await run('1 + 1')).text).toMatch(/^2\n/);
  });

  // Root without a pids cgroup has no bound but the watch.
  it.runIf(pidsFolder() !== undefined || process.getuid?.() !== 0)(
    'one that is faster than the watch is bounded by the kernel',
    async () => {
      await writeFile(join(folder.path, 'pids'), '');
      const { facts } = await run(cells.burst, { timeout: 120, cwd: folder.path });
      expect(facts).toMatchObject({ status: 'died', died: 'it had too many processes' });
      const pids = (await readFile(join(folder.path, 'pids'), 'utf8')).trim().split('\n').map(Number);
      expect(pids.length).toBeGreaterThan(50);
      expect(pids.length).toBeLessThan(2 * 64);
      expect(pids.filter(isThere)).toEqual([]);
      expect((await run('1 + 1')).text).toMatch(/^2\n/);
    },
  );

  it('an allocation of 10 GB fails and is told as such', async () => {
    const { facts, text } = await run(cells.large);
    expect(facts['status']).toBe('error');
    expect(text).toMatch(cells.outOfMemory);
    expect(text).toContain('--memory-mb');
    expect((await run('1 + 1')).text).toMatch(/^2\n/);
  });

  it('1 GB of output is bounded, with the first 64 MiB in a file', async () => {
    const { facts, text } = await run(cells.chatty, { timeout: 300, max_output: 1000 });
    expect(facts).toMatchObject({ status: 'ok', output_chars: 1_000_001_000 });
    expect(text.length).toBeLessThan(1500);
    expect(Number(facts['omitted_chars'])).toBe(1_000_001_000 - 1000);
    const file = join(folder.path, String(facts['output_file']));
    expect((await stat(file)).size).toBe(64 * 1024 * 1024);
    expect((await readFile(file)).subarray(0, 10).toString()).toBe('xxxxxxxxxx');
  });

  it.each([
    ['suicide', /killed by SIGKILL/],
    ['exit', /exit code 3/],
  ] as const)('a kernel that dies during a cell (%s) is reported and replaced', async (cell, why) => {
    const { facts, text } = await run(cells[cell]);
    expect(facts['status']).toBe('died');
    expect(facts['died']).toMatch(why);
    expect(text).toContain('the state was lost, the next cell begins with a new kernel');
    const next = await run('1 + 1');
    expect(next.facts).toMatchObject({ status: 'ok' });
    expect(next.facts['state_lost']).toBeUndefined();
  });

  it('a kernel that is killed between cells is replaced, and the next answer says so', async () => {
    const pid = Number((await run(cells.pid)).content[0]?.text);
    kill(pid);
    await until(async () => {
      const { facts } = await client.call('code_context_list');
      return JSON.stringify(facts).includes(`"pid":${pid}`) ? undefined : true;
    });
    const next = await run('1 + 1');
    expect(next.text).toMatch(/^2\n.*the state of earlier cells was lost before this one: it was killed by SIGKILL/);
  });
});

it('a JavaScript heap that is full is told as such', async () => {
  await using small = await connect(code, { workspace: folder.path, options: { memoryMb: 256, warm: 0 } });
  const { facts } = await execute(small, 'javascript', 'const all = []; for (;;) all.push(new Array(100).fill({}))', { timeout: 300 });
  expect(facts).toMatchObject({ status: 'died', died: 'it ran out of memory; the limit is --memory-mb' });
});

it('the process that talks to the kernels is replaced when it dies, and the cell that ran is told', async () => {
  await execute(client, 'python', '1');
  const running = execute(client, 'python', 'import time; time.sleep(600)');
  await until(async () => ((await client.call('code_context_list')).text.includes('busy') ? true : undefined));
  kill(...childrenWith('host.py'));
  const { facts } = await running;
  expect(facts['status']).toBe('died');
  expect(facts['died']).toMatch(/nobody can talk to it any more/);
  expect((await execute(client, 'python', '1 + 1')).text).toMatch(/^2\n/);
});
