import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { code } from '../src/index.ts';
import { execute, startServer, until } from './kit.ts';
import { isThere, processesWith } from './processes.ts';
import { testPython } from './test-python.ts';

const python = await testPython();

describe('a cell that runs', () => {
  it.each([
    ['python', 'import time\nfor i in range(3):\n    print("line", i, flush=True)\n    time.sleep(1.2)'],
    ['javascript', 'for (let i = 0; i < 3; i++) { console.log("line", i); await new Promise((r) => setTimeout(r, 1200)) }'],
  ])('tells what it prints as progress (%s)', async (language, cell) => {
    await using folder = await temporaryFolder();
    await using client = await connect(code, { workspace: folder.path, options: { python, warm: 0 } });
    const seen: string[] = [];
    await client.call('code_execute', { language, code: cell }, { onProgress: ({ message }) => seen.push(String(message)) });
    expect(
      seen.some((message) => /^line \d$/.test(message)),
      seen.join(),
    ).toBe(true);
  });

  it.each([
    ['python', 'open("started", "w").close()\nimport time\ntime.sleep(600)', 'kept = 1'],
    ['javascript', 'require("fs").writeFileSync("started", ""); for (;;);', 'kept = 1'],
  ])('is interrupted when its caller cancels, and the state stays (%s)', async (language, cell, before) => {
    await using folder = await temporaryFolder();
    await using client = await connect(code, { workspace: folder.path, options: { python, warm: 0 } });
    await execute(client, language, before);
    const cancel = new AbortController();
    const cancelled = client.call('code_execute', { language, code: cell }, { signal: cancel.signal });
    await until(async () => ((await readdir(folder.path)).includes('started') ? true : undefined));
    cancel.abort();
    await expect(cancelled).rejects.toThrow();
    expect((await execute(client, language, 'kept')).text).toMatch(/^1\n/);
  });

  it('ends with all that it started when its context ends', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(code, { workspace: folder.path, options: { python, warm: 0 } });
    await execute(client, 'python', 'import subprocess\nsubprocess.Popen(["sleep", "86399"], start_new_session=True, env={})');
    await execute(client, 'javascript', 'require("node:child_process").spawn("sleep", ["86398"], { detached: true, env: {} }).unref()');
    await until(() => (processesWith('8639').length === 2 ? true : undefined));
    await client.call('code_context_delete', {});
    expect(processesWith('8639')).toEqual([]);
  });

  it('leaves no socket behind when its kernel ends', async () => {
    await using folder = await temporaryFolder();
    await using temporary = await temporaryFolder();
    await using server = await startServer(folder.path, { TMPDIR: temporary.path }, ['--python', python, '--warm', '0']);
    const call = (name: string, args: object) => server.client.callTool({ name, arguments: { ...args } });
    await call('code_execute', { language: 'python', code: '1' });
    const [own = ''] = (await readdir(temporary.path)).filter((name) => name.startsWith('sandlot-code-'));
    const sockets = () => readdir(join(temporary.path, own));
    expect((await sockets()).length).toBeGreaterThan(0);
    await call('code_context_delete', {});
    expect(await sockets()).toEqual([]);
  });

  it('does not see the secrets of the server', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServer(
      folder.path,
      { SANDLOT_API_KEY: 'top-secret-key-0123456789', MY_TOKEN: 'other-secret', KNOWN: 'yes' },
      ['--python', python, '--pass-env', 'KNOWN'],
    );
    for (const [language, cell] of [
      ['python', 'import os\nprint(dict(os.environ))'],
      ['javascript', 'console.log(process.env)'],
    ]) {
      const { content } = await server.client.callTool({ name: 'code_execute', arguments: { language, code: cell } });
      expect(JSON.stringify(content)).not.toContain('secret');
      expect(JSON.stringify(content)).toMatch(/KNOWN.{1,4}\s?.{0,2}yes/);
    }
  });
});

it('is traced: the span tells language, context, duration and outcome, and the code gets the trace', async () => {
  await using folder = await temporaryFolder();
  await using sink = await otlpSink();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  await using server = await startServer(folder.path, env, ['--python', python]);
  const run = async (language: string, cell: string) => {
    const { content } = await server.client.callTool({ name: 'code_execute', arguments: { language, code: cell } });
    return JSON.stringify(content);
  };
  const ids = [];
  for (const [language, cell] of [
    ['python', 'import os\nos.environ["TRACEPARENT"]'],
    ['python', 'os.environ["TRACEPARENT"]'],
    ['typescript', 'process.env.TRACEPARENT as string'],
  ] as const) {
    const [, trace, span] = /00-(\w{32})-(\w{16})-01/.exec(await run(language, cell)) ?? [];
    ids.push({ language, trace, span });
  }
  await run('python', '1/0');
  await sink.waitFor((spans) => spans.filter(({ name }) => name === 'code.cell').length === 4);
  await sink.waitFor((spans) => spans.filter(({ name }) => name === 'execute_tool code_execute').length === 4);
  const cells = sink.spans.filter(({ name }) => name === 'code.cell');
  for (const { language, trace, span } of ids) {
    const found = cells.find(({ spanId }) => spanId === span);
    const context = language === 'python' ? 'python' : 'javascript';
    expect(found).toMatchObject({
      traceId: trace,
      attributes: { 'code.language': language, 'code.context': context, 'code.outcome': 'ok' },
    });
    expect(found?.attributes['code.duration_ms']).toBeGreaterThanOrEqual(0);
    expect(sink.spans.find(({ spanId }) => spanId === found?.parentSpanId)?.name).toBe('execute_tool code_execute');
  }
  expect(cells.find(({ attributes }) => attributes['code.outcome'] === 'error')).toMatchObject({
    status: 2,
    attributes: { 'error.type': 'ZeroDivisionError' },
  });
});

describe('the end of the server', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('leaves no process and no file after %s', async (signal) => {
    await using folder = await temporaryFolder();
    await using temporary = await temporaryFolder();
    const env = { TMPDIR: temporary.path, JUPYTER_RUNTIME_DIR: join(folder.path, 'runtime') };
    const { client, pid } = await startServer(folder.path, env, ['--python', python]);
    const arguments_ = [
      {
        language: 'python',
        code: 'import os, subprocess\nsubprocess.Popen(["setsid", "sleep", "86397"], env={})\nopen("python.pid", "w").write(str(os.getpid()))',
      },
      { language: 'javascript', code: 'require("fs").writeFileSync("node.pid", String(process.pid)); for (;;);', timeout: 600 },
    ];
    for (const args of arguments_) client.callTool({ name: 'code_execute', arguments: args }).catch(() => undefined);
    const pids = await until(async () => {
      const texts = await Promise.all(['python.pid', 'node.pid'].map((name) => readFile(join(folder.path, name), 'utf8').catch(() => '')));
      return texts.every(Boolean) ? texts.map(Number) : undefined;
    });
    // A process that is about to become another has no command line for a moment.
    await until(() => ([...pids, ...processesWith('86397')].filter(isThere).length === 3 ? true : undefined));
    process.kill(pid, signal);
    // Warm kernels and the host have the folder of sockets on their command line or in their environment.
    await until(() =>
      [...processesWith('86397'), ...processesWith(folder.path), ...pids.filter(isThere)].length === 0 ? true : undefined,
    );
    await until(async () => ((await readdir(temporary.path)).length === 0 ? true : undefined));
    expect(await readdir(join(folder.path, 'runtime', 'external_kernels'))).toEqual([]);
    await client.close();
  });
});
