import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { newClient, oldClient } from './clients.ts';
import { keyEntry, realGateway } from './real-gateway.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 600_000 });

const ada = 'sk-ada-0123456789abcdef';
const bob = 'sk-bob-0123456789abcdef';
const auth = { keys: [keyEntry('ada', ada, ['*']), keyEntry('bob', bob, ['*'])] };

type Facts = Record<string, unknown>;

/** Every way in, as one caller: MCP in both eras, and REST. A failure is its code and message. */
async function doorsOf(gateway: Awaited<ReturnType<typeof realGateway>>, as: string) {
  const clients = [await newClient(`${gateway.url}/mcp?tools=*`, as), await oldClient(`${gateway.url}/mcp?tools=*`, as)];
  const viaMcp = clients.map((client) => async (name: string, args: Facts): Promise<Facts> => {
    const result = (await client.callTool({ name, arguments: args })) as Facts;
    const { code, message } = ((result['_meta'] as Facts | undefined)?.['sandlot.dev/error'] ?? {}) as Facts;
    return result['isError'] === true ? { code, message } : (result['structuredContent'] as Facts);
  });
  const viaRest = async (name: string, args: Facts): Promise<Facts> => {
    const { body } = await gateway.call(as, name, args);
    const { code, message } = (body['error'] ?? {}) as Facts;
    return body['success'] === true ? ((body['data'] as Facts)['structuredContent'] as Facts) : { code, message };
  };
  return { doors: [...viaMcp, viaRest], close: () => Promise.all(clients.map((client) => client.close())) };
}

/** Two callers of one gateway. `one` calls through any door; `each` through all. */
async function twoCallers(servers: readonly string[]) {
  const gateway = await realGateway(servers, { auth }, { browser: { caps: ['all'] } });
  const [a, b] = [await doorsOf(gateway, ada), await doorsOf(gateway, bob)];
  const each = async (doors: typeof a.doors, name: string, args: Facts) => {
    const answers: Facts[] = [];
    for (const door of doors) answers.push(await door(name, args));
    return answers;
  };
  return {
    gateway,
    asAda: (name: string, args: Facts = {}) => each(a.doors.slice(0, 1), name, args).then(([answer = {}]) => answer),
    asBob: (name: string, args: Facts = {}) => each(b.doors, name, args),
    /** What somebody else's thing answers to bob, through every door, must be what nothing at all answers. */
    async likeUnknown(name: string, foreign: Facts, unknown: Facts) {
      const clean = (answers: Facts[], values: Facts) => {
        const ids = Object.values(values)
          .map(String)
          .filter((value) => value.length > 1);
        return ids.reduce((text, id) => text.replaceAll(id, 'ID'), JSON.stringify(answers));
      };
      const answers = await each(b.doors, name, foreign);
      expect(
        answers.map(({ code }) => code),
        `${name} ${JSON.stringify(answers)}`,
      ).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
      expect(clean(answers, foreign)).toBe(clean(await each(b.doors, name, unknown), unknown));
    },
    async [Symbol.asyncDispose]() {
      await a.close();
      await b.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

describe('what one caller made, another cannot see, use or guess, over MCP and REST:', () => {
  it('commands and shell sessions', async () => {
    await using callers = await twoCallers(['shell']);
    const { asAda, asBob, likeUnknown } = callers;
    await asAda('shell_exec', { command: 'export SECRET=of-ada; cd /usr', session: 'work' });
    const { process_id: id } = await asAda('shell_exec', { command: 'read -r line; echo "got $line"', tty: true, wait_ms: 0 });
    expect(id).toMatch(/^p[0-9a-f]{16}$/);
    for (const seen of await asBob('shell_list')) expect(seen).toEqual({ processes: [], sessions: [] });
    for (const [name, more] of [
      ['shell_read', {}],
      ['shell_write', { input: 'x\n' }],
      ['shell_kill', {}],
    ] as const) {
      await likeUnknown(name, { process_id: id, ...more }, { process_id: 'p0123456789abcdef', ...more });
    }
    for (const own of await asBob('shell_exec', { command: 'echo "[$SECRET]"; pwd; test -z "$SECRET"', session: 'work' })) {
      expect(own).toMatchObject({ exit_code: 0, cwd: callers.gateway.gateway.workspace });
    }
    await asBob('shell_kill', { session: 'work' });
    expect(await asAda('shell_exec', { command: 'test "$SECRET" = of-ada && test "$PWD" = /usr', session: 'work' })).toMatchObject({
      exit_code: 0,
    });
    expect(await asAda('shell_write', { process_id: id, input: 'hello\n', wait_ms: 60_000 })).toMatchObject({ exit_code: 0 });
  });

  it('tabs, cookies and storage of the browser', async () => {
    const site = createServer((request, response) => {
      response.setHeader('Set-Cookie', 'who=ada; Path=/');
      response.setHeader('Content-Type', 'text/html').end(`<title>${request.url ?? ''}</title><p>secret of ${request.url ?? ''}</p>`);
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    await using callers = await twoCallers(['browser']);
    const { asAda, asBob } = callers;
    await asAda('browser_navigate', { url: `${base}/ada` });
    await asAda('browser_evaluate', { function: "() => { localStorage.setItem('key', 'of-ada'); return document.cookie }" });
    for (const page of ['two', 'three']) await asAda('browser_navigate', { url: `${base}/ada-${page}`, newTab: true });
    const list = async () => JSON.stringify(await asAda('browser_tabs', { action: 'list' }));
    const mine = await list();
    expect(mine).toMatch(/"t3".*ada-three/);
    for (const seen of await asBob('browser_tabs', { action: 'list' })) expect(JSON.stringify(seen)).not.toMatch(/ada/);
    // Tabs are counted for each caller alone: t1 of one is not t1 of the other.
    await callers.likeUnknown('browser_snapshot', { tabId: 't3' }, { tabId: 't77' });
    await callers.likeUnknown('browser_navigate', { tabId: 't3', url: `${base}/bob` }, { tabId: 't77', url: `${base}/bob` });
    for (const own of await asBob('browser_navigate', { url: `${base}/bob` })) expect(JSON.stringify(own)).not.toContain('of-ada');
    for (const own of await asBob('browser_evaluate', { function: "() => String(localStorage.getItem('key'))" })) {
      expect(JSON.stringify(own)).not.toContain('of-ada');
    }
    for (const own of await asBob('browser_evaluate', { function: '() => document.title', tabId: 't1' }))
      expect(JSON.stringify(own)).toContain('/bob');
    expect(await list()).toBe(mine);
    site.close();
  });

  it('contexts of code', async () => {
    await using callers = await twoCallers(['code']);
    const { asAda, asBob, likeUnknown } = callers;
    const { context: id } = await asAda('code_context_create', { language: 'javascript' });
    expect(String(id).length).toBeGreaterThan(12);
    await asAda('code_execute', { language: 'javascript', code: 'globalThis.secret = "of-ada"' });
    await asAda('code_execute', { language: 'javascript', code: 'globalThis.secret = "of-ada"', context: id });
    for (const seen of await asBob('code_context_list')) expect(JSON.stringify(seen)).not.toContain(String(id));
    await likeUnknown(
      'code_execute',
      { language: 'javascript', code: '1', context: id },
      { language: 'javascript', code: '1', context: `${String(id)}x` },
    );
    await likeUnknown('code_interrupt', { context: id }, { context: `${String(id)}x` });
    await likeUnknown('code_context_delete', { context: id }, { context: `${String(id)}x` });
    for (const own of await asBob('code_execute', { language: 'javascript', code: 'String(globalThis.secret)' })) {
      expect(JSON.stringify(own)).not.toContain('of-ada');
      expect(own).toMatchObject({ status: 'ok' });
    }
    expect(JSON.stringify(await asAda('code_context_list'))).toContain(String(id));
  });
});
