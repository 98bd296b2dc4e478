import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kill, temporaryFolder } from '@sandlot/core/testing';
import { Agent, setGlobalDispatcher } from 'undici';
import { describe, expect, it } from 'vitest';
import { type GatewayProcess, gatewayProcess } from './gateway-process.ts';
import { rawClient } from './raw-client.ts';

const oddServer = fileURLToPath(new URL('odd-server.ts', import.meta.url));
const key = 'orphan-key-0123456789';
const wait = { timeout: 120_000, interval: 200 };
const megabyte = 1024 * 1024;
/** On SIGUSR2 the gateway says what is on its heap once garbage is collected. */
const probe = 'process.on("SIGUSR2", () => { gc(); process.stderr.write("heap " + process.memoryUsage().heapUsed + "\\n"); });';

describe.skipIf(process.platform !== 'linux')('processes, memory and open files', () => {
  it('are back at their start after 1,000 sessions and killed servers, and nothing outlives a killed gateway', async () => {
    await using folder = await temporaryFolder();
    await using gateway = await start(folder.path);
    await use(gateway, 100, 100);
    await atRest(gateway);
    const heap = await steadyHeap(gateway);
    const files = gateway.files();

    await use(gateway, 1000, 50);
    await atRest(gateway);
    await expect.poll(() => gateway.files(), wait).toBeLessThanOrEqual(files + 2);
    await expect.poll(async () => (await gateway.heap()) - heap, wait).toBeLessThan(8 * megabyte);

    const cut = await hold(gateway);
    kill(...gateway.servers());
    for (const answer of await Promise.all(cut)) expect(answer).toMatch(/The server "\w+" ended \(SIGKILL\)/);
    await use(gateway, 16, 8);
    await atRest(gateway);
    await expect.poll(() => gateway.files(), wait).toBeLessThanOrEqual(files + 2);

    const lost = await hold(gateway);
    const children = gateway.children();
    gateway.child.kill('SIGKILL');
    await expect.poll(() => [...gateway.servers(), ...children.filter((pid) => existsSync(`/proc/${pid}`))], wait).toEqual([]);
    await Promise.all(lost);
  });
});

/** Opens sessions, of which every other one is dropped without a word; each `perOwn`-th has a process of its own. */
async function use(gateway: Running, sessions: number, perOwn: number): Promise<void> {
  const agent = new Agent();
  setGlobalDispatcher(agent);
  const lane = async (from: number) => {
    for (let number = from; number < sessions; number += 8) {
      const client = await rawClient('old', `${gateway.url}/mcp`, key);
      expect((await client.call(1, number % perOwn === 0 ? 'own__ok' : 'plain__ok', {})).text).toContain('odd ok');
      if (number % 2 === 0) await client.end();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => lane(number)));
  await agent.close();
  setGlobalDispatcher(new Agent({ keepAliveTimeout: 100, keepAliveMaxTimeout: 100 }));
}

/** Calls that do not end, one on each server: what they answer in the end. */
async function hold(gateway: Running): Promise<Promise<string>[]> {
  const client = await rawClient('old', `${gateway.url}/mcp`, key);
  const calls = ['plain', 'own', 'stubborn'].map((name, id) => client.call(id, `${name}__wait`, {}));
  // One of them has a child of its own.
  await expect.poll(() => gateway.servers().length, wait).toBe(4);
  return calls.map((call) => call.then(({ text }) => String(text), String));
}

/** Waits until no server is left: only the gateway and the small process beside it. Those of sessions end with them. */
async function atRest(gateway: Running): Promise<void> {
  await expect.poll(() => gateway.servers(), wait).toEqual([]);
  await expect.poll(() => gateway.children().length, wait).toBe(1);
}

/** What is on the heap once it does not fall any more: sessions that were dropped end when they are idle. */
async function steadyHeap(gateway: Running): Promise<number> {
  let last = Infinity;
  const fall = async () => {
    const before = last;
    last = await gateway.heap();
    return before - last;
  };
  await expect.poll(fall, { ...wait, interval: 500 }).toBeLessThan(megabyte / 8);
  return last;
}

interface Running extends GatewayProcess {
  /** Pids of the servers and of what they started. */
  servers(): number[];
  children(): number[];
  /** Open files of the gateway. */
  files(): number;
  heap(): Promise<number>;
}

async function start(folder: string): Promise<Running> {
  const mark = `SANDLOT_TEST_MARK=${randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const odd = (mode: string, isolation: string) => ({
    command: process.execPath,
    args: [oddServer, mode],
    env: { [name]: value },
    protocol: 'legacy',
    idle: 1000,
    isolation,
  });
  const mcpServers = { plain: odd('', 'shared'), own: odd('', 'session'), stubborn: odd('stubborn', 'shared') };
  const settings = { apiKey: key, audit: 'off', sessionIdleMs: 1000, mcpServers };
  const node = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(probe)}`];
  const gateway = await gatewayProcess(folder, settings, { node });
  const { pid, child, said } = gateway;
  return {
    ...gateway,
    servers: () => pids().filter((one) => one !== pid && read(`/proc/${one}/environ`).includes(mark)),
    children: () => read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number),
    files: () => readdirSync(`/proc/${pid}/fd`).length,
    async heap() {
      const before = said().length;
      child.kill('SIGUSR2');
      await expect.poll(() => said().slice(before), wait).toMatch(/heap \d+\n/);
      return Number(/heap (\d+)\n/.exec(said().slice(before))?.[1]);
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

function pids(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
