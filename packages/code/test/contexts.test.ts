import { connect, temporaryFolder, type TestClient } from '@sandlot/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code } from '../src/index.ts';
import { execute, until } from './kit.ts';
import { testPython } from './test-python.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let client: TestClient;
let other: TestClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  client = await connect(code, { workspace: folder.path, options: { python: await testPython() } });
  other = await client.as('somebody-else');
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const create = async (who: TestClient, language: string) => String((await who.call('code_context_create', { language })).facts['context']);

describe('contexts', () => {
  it('hold a state of their own', async () => {
    const [a, b] = [await create(client, 'javascript'), await create(client, 'javascript')];
    expect(a).toMatch(/^ctx-[0-9a-f]{16}$/);
    await execute(client, 'javascript', 'var mine = 1', { context: a });
    expect((await execute(client, 'javascript', 'mine', { context: a })).text).toMatch(/^1\n/);
    expect((await execute(client, 'typescript', 'typeof mine', { context: a })).text).toMatch(/^'number'\n/);
    expect((await execute(client, 'javascript', 'typeof mine', { context: b })).text).toMatch(/^'undefined'\n/);
    expect((await client.call('code_context_delete', { context: a })).facts).toEqual({ ended: [a] });
    const gone = await execute(client, 'javascript', '1', { context: a });
    expect(gone.error?.code).toBe('NOT_FOUND');
    await client.call('code_context_delete', { context: b });
  });

  it("belong to whoever made them: another's id answers like an unknown one", async () => {
    const context = await create(client, 'javascript');
    await execute(client, 'javascript', 'var secret = 1');
    const strange = await execute(other, 'javascript', '1', { context });
    const unknown = await execute(other, 'javascript', '1', { context: 'ctx-0000000000000000' });
    expect(strange.error?.code).toBe('NOT_FOUND');
    expect(strange.text.replace(context, '')).toBe(unknown.text.replace('ctx-0000000000000000', ''));
    for (const tool of ['code_context_delete', 'code_interrupt'])
      expect((await other.call(tool, { context })).error?.code).toBe('NOT_FOUND');
    expect((await execute(other, 'javascript', 'typeof secret')).text).toMatch(/^'undefined'\n/);
    expect(JSON.stringify((await other.call('code_context_list')).facts)).not.toContain(context);
    await client.call('code_context_delete', {});
    await other.call('code_context_delete', {});
  });

  it('run one language, which a call for another one is told', async () => {
    const context = await create(client, 'javascript');
    const { error, text } = await execute(client, 'python', '1', { context });
    expect(error?.code).toBe('INVALID_ARGUMENT');
    expect(text).toContain(`"${context}" runs javascript, not python`);
  });

  it('let calls queue, and are shown as busy meanwhile', async () => {
    const calls = [1, 2, 3].map((n) =>
      execute(client, 'javascript', `await new Promise((r) => setTimeout(r, 30)); (globalThis.seen ??= []).push(${n}); seen`),
    );
    await until(async () => ((await client.call('code_context_list')).text.includes('busy') ? true : undefined));
    expect((await Promise.all(calls)).map(({ text }) => text.split('\n')[0])).toEqual(['[ 1 ]', '[ 1, 2 ]', '[ 1, 2, 3 ]']);
  });

  it('are not started again for a call that waited when they were ended', async () => {
    const context = await create(client, 'javascript');
    const running = execute(client, 'javascript', 'await new Promise(() => {})', { context });
    const waiting = execute(client, 'javascript', '1', { context });
    await until(async () => ((await client.call('code_context_list')).text.includes('busy') ? true : undefined));
    await client.call('code_context_delete', { context });
    expect((await running).facts['died']).toBe('its context was ended');
    expect((await waiting).error?.code).toBe('NOT_FOUND');
  });

  it.each([
    ['python', 'import os; os.rmdir(os.getcwd())', '1'],
    ['javascript', 'require("node:fs").rmdirSync(process.cwd())', '1'],
  ])('go on when their folder is gone (%s)', async (language, remove, cell) => {
    await execute(client, language, cell, { files: { 'gone/x.txt': '' } });
    await execute(client, 'javascript', 'require("node:fs").rmSync("gone/x.txt")', { cwd: folder.path });
    await execute(client, language, remove, { cwd: 'gone' });
    await client.call('code_interrupt', { context: language, restart: true });
    expect((await execute(client, language, cell)).text).toMatch(/^1\n\[ok/);
  });

  it('are twenty at once, and run in parallel', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, n) => create(client, n % 2 === 0 ? 'python' : 'javascript')));
    const cells = {
      python: 'import time\nstart = time.time()\ntime.sleep(1)\n[start, time.time()]',
      javascript: 'const start = Date.now() / 1000; await new Promise((r) => setTimeout(r, 1000)); [start, Date.now() / 1000]',
    };
    const spans = await Promise.all(
      made.map(async (context, n) => {
        const { content } =
          n % 2 === 0
            ? await execute(client, 'python', cells.python, { context })
            : await execute(client, 'javascript', cells.javascript, { context });
        const [start = 0, end = 0] = JSON.parse(content[0]?.text ?? '') as number[];
        return { start, end };
      }),
    );
    // One after the other they would take twenty seconds of sleep; some pair of each kind must overlap.
    const overlapping = spans.filter(({ start, end }) => spans.filter((one) => one.start < end && start < one.end).length > 2);
    expect(overlapping.length).toBeGreaterThanOrEqual(10);
    expect((await client.call('code_context_delete', {})).facts['ended']).toEqual(expect.arrayContaining(made));
  });

  it('end when nobody uses them; the default one begins anew and says so', async () => {
    await using own = await temporaryFolder();
    await using server = await connect(code, { workspace: own.path, options: { idleMinutes: 0.01, warm: 0 } });
    const context = await create(server, 'javascript');
    await execute(server, 'javascript', 'var a = 1');
    await until(async () => (/No contexts/.test((await server.call('code_context_list')).text) ? true : undefined));
    expect((await execute(server, 'javascript', '1', { context })).error?.code).toBe('NOT_FOUND');
    const { facts, text } = await execute(server, 'javascript', 'typeof a');
    expect(text).toMatch(/^'undefined'\n.*state of earlier cells was lost before this one: it was not used/);
    expect(facts['state_lost']).toMatch(/not used/);
  });

  it('are limited', async () => {
    await using own = await temporaryFolder();
    await using server = await connect(code, { workspace: own.path, options: { maxContexts: 2, warm: 0 } });
    await create(server, 'javascript');
    await create(server, 'javascript');
    const third = await server.call('code_context_create', { language: 'javascript' });
    expect(third.error?.code).toBe('RESOURCE_EXHAUSTED');
    expect(third.text).toContain('code_context_delete');
  });
});

describe('code_interrupt', () => {
  const cells = { python: 'import time\ntime.sleep(600)', javascript: 'for (;;);' };
  it.each(Object.entries(cells))('stops what runs, and the state stays (%s)', async (language, cell) => {
    await execute(client, language, 'before = 7');
    const running = execute(client, language, cell);
    await until(async () =>
      (await client.call('code_interrupt', { context: language })).facts['interrupted'] === true ? true : undefined,
    );
    expect((await running).facts['status']).toBe('interrupted');
    expect((await execute(client, language, 'before')).text).toMatch(/^7\n/);
    expect((await client.call('code_interrupt', { context: language })).text).toBe('No cell runs.');
  });

  it('restarts', async () => {
    await execute(client, 'javascript', 'before = 7');
    await client.call('code_interrupt', { context: 'javascript', restart: true });
    const { text } = await execute(client, 'javascript', 'typeof before');
    expect(text).toMatch(/^'undefined'\n.*was lost before this one: it was restarted/);
  });
});

describe('bad input changes nothing', () => {
  it.each([
    [{ language: 'ruby', code: '1' }, /python/],
    [{ language: 'python', code: '1', cwd: 'nowhere' }, /No folder "nowhere"/],
    [{ language: 'python', code: '1', env: { 'a b': '1' } }, /"a b" is not a variable name/],
    [{ language: 'python', code: '\ud800' }, /lone surrogate/],
    [{ language: 'javascript', code: '1', once: true, context: 'javascript' }, /once does not go with a context/],
    [{ language: 'javascript', code: '1', timeout: 0 }, /timeout/],
    [{ language: 'javascript', code: '1', files: { '../up.txt': '' } }, /"..\/up.txt" is not a path below/],
  ])('%j', async (args, message) => {
    const before = (await client.call('code_context_list')).facts['contexts'] as unknown[];
    const { error, text } = await client.call('code_execute', args);
    expect(['INVALID_ARGUMENT', 'NOT_FOUND']).toContain(error?.code);
    expect(text).toMatch(message);
    expect((await client.call('code_context_list')).facts['contexts']).toHaveLength(before.length);
  });
});
