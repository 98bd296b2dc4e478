import { createHash } from 'node:crypto';
import { loadOptions } from '@sandlot/core/config';
import { createMcpApp, listenHttp } from '@sandlot/core/http';
import { createLog, createRuntime } from '@sandlot/core';
import { temporaryFolder } from '@sandlot/core/testing';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { shell } from '../src/index.ts';
import { isReply } from '../src/terminals/replies.ts';
import { isThere, until } from './kit.ts';
import { refusalOf, view } from './terminal-client.ts';

const apiKey = 'terminal-key-0123456789';
const headers = { authorization: `Bearer ${apiKey}` };

/** The shell server alone, over HTTP. */
async function standalone(options: Record<string, unknown> = {}) {
  const folder = await temporaryFolder();
  const { values } = loadOptions(shell.options, { env: {}, file: options });
  const runtime = createRuntime(shell, {
    workspace: folder.path,
    options: values,
    log: createLog({ name: 'shell', write: () => undefined }),
  });
  const app = createMcpApp(runtime, { host: '127.0.0.1', apiKey });
  const http = await listenHttp(app, { host: '127.0.0.1', port: 0 });
  return {
    url: http.url,
    workspace: folder.path,
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await http.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const prompt = { command: 'exec bash --norc --noprofile -i' };

describe('/terminal', () => {
  it('is a terminal: what is typed comes back, and programs see its size', async () => {
    await using server = await standalone();
    await using viewer = await view(server.url, { ...prompt, cols: 97, rows: 31 }, headers);
    expect(viewer.told[0]).toEqual({ type: 'ready', id: expect.stringMatching(/^p[0-9a-f]{16}$/), offset: 0, cols: 97, rows: 31 });
    viewer.type('stty size; echo "=$((6*7))="; tty\r');
    await viewer.sees('31 97\r\n=42=\r\n/dev/pts/');
    viewer.control({ type: 'resize', cols: 132, rows: 43 });
    expect(await viewer.hears('size')).toEqual({ type: 'size', cols: 132, rows: 43 });
    viewer.type('stty size\r');
    await viewer.sees('43 132');
    viewer.type('printf "%s" é€😀 | od -An -tx1\r');
    await viewer.sees('c3 a9 e2 82 ac f0 9f 98 80');
  });

  it('starts in the workspace, with a command, folder and session of choice', async () => {
    await using server = await standalone();
    await using viewer = await view(server.url, { command: 'pwd; echo "$A"; exit 3', cwd: '/tmp' }, headers);
    expect(await viewer.closed()).toBe(1000);
    expect(viewer.text()).toBe('/tmp\r\n\r\n');
    expect(viewer.told.at(-1)).toEqual({ type: 'exit', status: 'exited', exit_code: 3 });
    for (const [session, folder] of [
      ['terminal', '/tmp'],
      ['other', server.workspace],
    ] as const) {
      await using other = await view(server.url, { command: 'pwd', session }, headers);
      await other.closed();
      expect(other.text()).toBe(`${folder}\r\n`);
    }
  });

  it('goes on without viewers, and is shown again from any byte', async () => {
    await using server = await standalone();
    await using first = await view(server.url, prompt, headers);
    first.type('echo on""e; for i in $(seq 1 20000); do echo "line $i"; done; echo do""ne\r');
    await first.sees('line 200\r\n');
    const [id, at, seen] = [first.id(), first.end(), first.text()];
    first.socket.terminate();
    await first.closed();
    await using second = await view(server.url, { id, offset: at }, headers);
    expect(second.told[0]).toMatchObject({ id, offset: at });
    await second.sees('done\r\n');
    const whole = seen + second.text();
    expect(second.told.filter(({ type }) => type === 'gap')).toEqual([]);
    expect([...whole.matchAll(/line (\d+)\r\n/g)].map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 20_000 }, (_, index) => index + 1),
    );
    await using third = await view(server.url, { id, offset: 0 }, headers);
    await third.sees('done\r\n');
    expect(third.text().startsWith(seen.slice(0, 1000))).toBe(true);
    expect((await refusalOf(`${server.url}/terminal?id=${id}&offset=999999999`, headers)).status).toBe(400);
  });

  it('has several viewers, who see the same and may all type and resize', async () => {
    await using server = await standalone();
    await using one = await view(server.url, prompt, headers);
    await using two = await view(server.url, { id: one.id(), offset: 0, cols: 10, rows: 10 }, headers);
    expect(two.told[0]).toMatchObject({ cols: 80, rows: 24 });
    one.type('echo from-$((1))\r');
    two.type('echo from-$((2))\r');
    for (const viewer of [one, two]) {
      await viewer.sees('from-1\r\n');
      await viewer.sees('from-2\r\n');
    }
    two.control({ type: 'resize', cols: 50, rows: 20 });
    expect(await one.hears('size')).toEqual({ type: 'size', cols: 50, rows: 20 });
    await until(() => one.end() === two.end() || undefined);
    expect(one.text()).toBe(two.text());
  });

  it('ends with all its processes when it is told to, and every viewer hears of it', async () => {
    await using server = await standalone();
    await using one = await view(server.url, prompt, headers);
    await using two = await view(server.url, { id: one.id() }, headers);
    one.type('echo "pid=$$"; sleep 1000 & echo "child=$!"\r');
    await one.sees('child=');
    const pids = await until(() => {
      const found = [...one.text().matchAll(/(?:pid|child)=(\d+)\r\n/g)].map(([, pid]) => Number(pid));
      return found.length === 2 ? found : undefined;
    });
    two.control({ type: 'end' });
    for (const viewer of [one, two]) {
      expect(await viewer.closed()).toBe(1000);
      expect(viewer.told.at(-1)).toMatchObject({ type: 'exit', status: 'killed' });
    }
    expect(pids.filter(isThere)).toEqual([]);
  });

  it('ends by itself when nobody comes back', async () => {
    await using server = await standalone({ terminalKeepMinutes: 0.002 });
    await using viewer = await view(server.url, prompt, headers);
    viewer.type('echo "pid=$$"\r');
    const pid = await until(() => Number(/pid=(\d+)\r\n/.exec(viewer.text())?.[1]) || undefined);
    await using other = await view(server.url, { id: viewer.id() }, headers);
    viewer.socket.close();
    await viewer.closed();
    other.type('echo st""ill\r');
    await other.sees('still');
    other.socket.close();
    await until(() => !isThere(pid) || undefined);
  });

  it('shows what an agent runs in a terminal, and the agent sees what a person types', async () => {
    await using server = await standalone();
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }));
    const call = async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })).structuredContent as Record<string, unknown>;
    const { process_id: id } = await call('shell_exec', { command: 'read -p "name? " name; echo "hello $name"', tty: true, wait_ms: 300 });
    await using viewer = await view(server.url, { id: String(id), offset: 0 }, headers);
    await viewer.sees('name? ');
    viewer.type('Ada\r');
    expect(await viewer.closed()).toBe(1000);
    expect(viewer.text()).toContain('hello Ada');
    const { process_id: plain } = await call('shell_exec', { command: 'sleep 100', wait_ms: 0 });
    expect(await refusalOf(`${server.url}/terminal?id=${String(plain)}`, headers)).toMatchObject({ status: 409 });
    await client.close();
  });

  it('stops nobody when an agent types more than its program reads', async () => {
    await using server = await standalone();
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }));
    const call = async (name: string, args: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: args })).structuredContent as Record<string, unknown>;
    const { process_id: id } = await call('shell_exec', { command: 'stty raw -echo; exec sleep 1000', tty: true, wait_ms: 300 });
    expect(await call('shell_write', { process_id: id, input: 'x'.repeat(200_000), wait_ms: 100 })).toMatchObject({ status: 'running' });
    expect(await call('shell_exec', { command: 'exit 7', session: 'other' })).toMatchObject({ exit_code: 7 });
    expect(await call('shell_kill', { process_id: id })).toBeDefined();
    await client.close();
  });

  it('says what is wrong with a message, and changes nothing', async () => {
    await using server = await standalone();
    await using viewer = await view(server.url, prompt, headers);
    for (const [message, error] of [
      ['ls', /must be JSON/],
      ['{"type":"resize","cols":0,"rows":1}', /cols/],
      ['{"type":"resize","cols":80}', /rows/],
      ['{"type":"fly"}', /type/],
      ['{"type":"end","now":true}', /now/],
    ] as const) {
      viewer.told.length = 0;
      viewer.socket.send(message);
      expect(await viewer.hears('error')).toEqual({ type: 'error', message: expect.stringMatching(error) });
    }
    viewer.type('stty size\r');
    await viewer.sees('24 80');
    viewer.socket.send(Buffer.alloc(2 * 1024 * 1024));
    expect(await viewer.closed()).toBe(1009);
  });

  it('types what is more than fits at the speed of the program, whole, and answers others meanwhile', async () => {
    await using server = await standalone();
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, at) => String(at).padStart(9, 'é')).join(''));
    const command = `mkfifo go; stty raw -echo; echo ready; read -r go < go; head -c ${bytes.length} | sha256sum; exec sleep 1000`;
    await using viewer = await view(server.url, { command }, headers);
    await viewer.sees('ready');
    viewer.socket.send(bytes.subarray(0, 400_001));
    viewer.socket.send(bytes.subarray(400_001));
    await using other = await view(server.url, { command: 'echo other; echo > go' }, headers);
    expect(await other.closed()).toBe(1000);
    await viewer.sees(createHash('sha256').update(bytes).digest('hex'));
  });

  it('drops what is typed for a program that never reads, and still ends it', async () => {
    await using server = await standalone();
    await using viewer = await view(server.url, { command: 'stty raw -echo; echo ready; exec sleep 1000' }, headers);
    await viewer.sees('ready');
    for (let n = 0; n < 4; n++) viewer.socket.send(Buffer.alloc(1024 * 1024, 'x'));
    expect(await viewer.hears('error')).toEqual({ type: 'error', message: expect.stringMatching(/does not read .* \d+ bytes wait/) });
    viewer.control({ type: 'end' });
    expect(await viewer.closed()).toBe(1000);
  });

  it('is refused without the key, for an id that is none, and for what is no parameter', async () => {
    await using server = await standalone();
    for (const [query, sent, status] of [
      ['', {}, 401],
      ['', { authorization: 'Bearer wrong' }, 401],
      [`?key=${apiKey}`, {}, 401],
      ['?id=p0000000000000000', headers, 404],
      ['?cols=1', headers, 400],
      ['?speed=9600', headers, 400],
      ['?cwd=/nowhere', headers, 404],
      ['', { ...headers, origin: 'https://evil.example' }, 403],
      ['', { ...headers, host: 'evil.example' }, 403],
    ] as const) {
      expect((await refusalOf(`${server.url}/terminal${query}`, sent)).status, query + JSON.stringify(sent)).toBe(status);
    }
    expect((await fetch(`${server.url}/terminal`, { headers })).status).toBe(426);
  });
});

describe('answers of terminal emulators', () => {
  it('are told from what a person types', () => {
    const esc = '\u001b';
    for (const reply of [
      '[?1;2c',
      '[>0;276;0c',
      '[0n',
      '[12;40R',
      '[?12;40R',
      '[?2026;2$y',
      '[8;24;80t',
      ']11;rgb:0000/0000/0000\u0007',
      `P1$r0m${esc}\\`,
    ]) {
      expect(isReply(Buffer.from(esc + reply)), reply).toBe(true);
    }
    expect(isReply(Buffer.from(`${esc}[1;1R${esc}[?1;2c`))).toBe(true);
    for (const typed of [
      '',
      'a',
      esc,
      `${esc}[A`,
      `${esc}[1;2R`,
      `${esc}[1;5C`,
      `${esc}OP`,
      `${esc}[200~ls${esc}[201~`,
      `${esc}[<0;10;10M`,
      `${esc}[I`,
      `${esc}[?1;2cx`,
    ]) {
      expect(isReply(Buffer.from(typed)), JSON.stringify(typed)).toBe(false);
    }
  });

  it('come from the server alone, once, however many look', async () => {
    await using server = await standalone();
    const command = String.raw`stty raw -echo; printf '\033[6n'; head -c 6 | od -An -tx1; sleep 1; timeout 1 cat | od -An -tx1; echo over`;
    await using one = await view(server.url, { command }, headers);
    for (const reply of ['[1;1R', '[?1;2c']) one.socket.send(Buffer.from(`\u001b${reply}`));
    expect(await one.closed()).toBe(1000);
    expect(
      one
        .text()
        .replaceAll('\u001b[6n', '')
        .trim()
        .split(/\s*\n\s*/),
    ).toEqual(['1b 5b 31 3b 31 52', 'over']);
  });
});
