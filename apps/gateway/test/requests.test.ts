import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ForeignGateway, foreignGateway, keys, send } from './foreign-gateway.ts';

const ping = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping', params: {} });

describe('a request that is not quite right', () => {
  let gateway: ForeignGateway;
  beforeAll(async () => {
    const server = { command: 'node', disabled: false };
    gateway = await foreignGateway({ secret: server, open: server }, { scopes: ['open:use'] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const post = async (
    path: string,
    body: NonNullable<RequestInit['body']>,
    headers: Record<string, string> = {},
    key: string = keys.ann,
  ) => {
    const accept = 'application/json, text/event-stream';
    const all = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept, ...headers };
    const response = await fetch(`${gateway.url}${path}`, { method: 'POST', headers: all, body });
    return {
      status: response.status,
      body: (await response.json()) as { error?: { code: unknown; message: string; advice?: string; data?: unknown } },
    };
  };

  it.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'APPLICATION/JSON'])('is fine as %s', async (type) => {
    const headers = { authorization: `Bearer ${keys.ann}`, accept: 'application/json, text/event-stream', 'content-type': type };
    const response = await fetch(`${gateway.url}/mcp`, { method: 'POST', headers, body: ping });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"result":{}')]);
  });

  it.each([
    [{ 'content-type': 'application/json; charset=utf-16' }, 'The charset "utf-16" is not UTF-8.'],
    [{ 'content-type': 'text/plain' }, 'The content type "text/plain" is not application/json.'],
    [{ 'content-encoding': 'gzip' }, 'The content encoding "gzip" is not taken.'],
  ])('is refused with 415 with %o', async (headers, message) => {
    const body = 'content-encoding' in headers ? new Uint8Array(gzipSync(ping)) : ping;
    for (const path of ['/mcp', '/v1/mcp/open/tools/x', '/tickets']) {
      const { status, body: answer } = await post(path, body, headers);
      expect([status, answer.error?.message], path).toEqual([415, expect.stringContaining(message)]);
    }
  });

  it.each(['Authorization', 'X-Sandlot-Key'])('is refused with 400 with two headers %s, whichever is right', async (name) => {
    const value = (key: string) => (name === 'Authorization' ? `Bearer ${key}` : key);
    for (const pair of [
      [keys.ann, keys.bob],
      [keys.ann, 'wrong'],
    ]) {
      const response = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        const headers = [...pair.flatMap((key) => [name, value(key)]), 'Host', new URL(gateway.url).host];
        httpRequest(`${gateway.url}/v1/sandbox`, { headers }, (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve({ status: answer.statusCode, text }));
        })
          .on('error', reject)
          .end();
      });
      expect(response.status).toBe(400);
      expect(response.text).toContain('came more than once');
    }
  });

  it('says -32602 to a query with a name that is not there, and which names this caller may see', async () => {
    const cat = (await send(`${gateway.url}/mcp?servers=nope`, keys.cat, 'tools/list', {})).body.error;
    expect(cat).toMatchObject({ code: -32_602, message: expect.stringContaining('there is no server "nope" here') });
    expect(cat?.message).toContain('Servers: open.');
    expect(JSON.stringify(cat)).not.toContain('secret');
    expect((await send(`${gateway.url}/mcp?servers=secret`, keys.cat, 'tools/list', {})).body.error?.message).toBe(
      cat?.message.replace('nope', 'secret'),
    );
    expect((await send(`${gateway.url}/mcp?servers=nope`, keys.ann, 'tools/list', {})).body.error?.message).toContain(
      'Servers: secret, open.',
    );
    const alone = async (id: string) => JSON.stringify((await send(`${gateway.url}/mcp/${id}`, keys.cat, 'tools/list', {})).body);
    expect(await alone('nope')).not.toContain('secret');
    expect(await alone('secret')).toBe((await alone('nope')).replaceAll('nope', 'secret'));
    expect((await post('/mcp', '{')).body.error?.code, 'what is no JSON').toBe(-32_700);
  });

  it.each([
    ['[]', 'The body is an array, not a JSON object.'],
    ['"x"', 'The body is a string, not a JSON object.'],
    ['null', 'The body is null, not a JSON object.'],
  ])('says one sentence to the REST body %s', async (body, message) => {
    for (const path of ['/v1/mcp/open/tools/x', '/v1/mcp/servers', '/v1/mcp/servers/open/approve', '/tickets']) {
      const { status, body: answer } = await post(path, body);
      expect([status, answer.error?.message], path).toEqual([400, message]);
    }
  });

  it('is refused as a batch of more than 100 messages', async () => {
    const { status, body } = await post('/mcp', JSON.stringify(Array.from({ length: 101 }, () => JSON.parse(ping) as unknown)));
    expect([status, body.error?.code, body.error?.message]).toEqual([400, -32_602, expect.stringContaining('The batch has 101 messages')]);
  });

  it('gets no ticket for a path on which none is accepted', async () => {
    for (const path of ['/mcp', '/mcp/open', '/v1/sandbox', '/tickets'])
      expect(await post('/tickets', JSON.stringify({ path }))).toMatchObject({
        status: 400,
        body: { error: { message: `No ticket is accepted on ${path}: tickets are for pages and WebSockets.` } },
      });
  });

  it('does not tell which servers there are', async () => {
    const answerOf = async (id: string) => {
      const response = await fetch(`${gateway.url}/v1/mcp/${id}/tools`, { headers: { authorization: `Bearer ${keys.cat}` } });
      const called = await post(`/v1/mcp/${id}/tools/x`, '{}', {}, keys.cat);
      return [response.status, (await response.text()).replaceAll(id, 'ID'), JSON.stringify(called).replaceAll(id, 'ID')];
    };
    const unknown = await answerOf('nobody');
    expect(unknown[0]).toBe(404);
    expect(await answerOf('secret')).toEqual(unknown);
  });
});

describe('an added server whose folder does not exist', () => {
  it('says so, not that its command is missing', async () => {
    await using gateway = await foreignGateway({ lost: { command: process.execPath, cwd: '/nowhere/at/all' } });
    await gateway.gateway.registry
      .get('lost')
      ?.offer()
      .catch(() => undefined);
    expect(gateway.gateway.registry.get('lost')?.health()).toMatchObject({
      state: 'failed',
      error: 'The server "lost" cannot be started: its folder "/nowhere/at/all" does not exist.',
    });
  });
});
