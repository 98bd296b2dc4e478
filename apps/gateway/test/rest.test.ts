import { describe, expect, it } from 'vitest';
import { key, pidOf, sampleGateway } from './sample-gateway.ts';

const greet = '/v1/mcp/sample/tools/sample_greet';
const post = (body: unknown): RequestInit => ({ method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

/** JSON of an answer, for looking at. */
interface Json {
  [key: string]: Json | undefined;
}
const loose = (value: unknown): Json => value as Json;

describe('the REST mirror', () => {
  it('calls a tool', async () => {
    await using gateway = await sampleGateway();
    const response = await gateway.request(greet, {
      ...post({ name: 'Ada' }),
      headers: { 'x-sandlot-key': key, 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      success: true,
      data: { content: [{ text: 'Hello, Ada!' }], structuredContent: { length: 11 } },
    });
  });

  it('lists servers, tools, their state, and an OpenAPI document, and starts nothing for it', async () => {
    await using gateway = await sampleGateway();
    const json = async (path: string) => loose(await (await gateway.request(path)).json());
    expect(await json('/v1/mcp/servers')).toEqual({ success: true, message: 'ok', data: ['sample'] });
    expect((await json('/v1/mcp/sample/tools'))['data']?.['tools']).toHaveLength(3);
    expect((await json('/v1/sandbox'))['data']?.['servers']).toEqual({ sample: { state: 'stopped', restarts: 0 } });
    const document = await json('/v1/openapi.json');
    expect(document['paths']?.[greet]?.['post']).toMatchObject({
      operationId: 'sample_greet',
      requestBody: { content: { 'application/json': { schema: { required: ['name'] } } } },
    });
    expect(pidOf(gateway)).toBeUndefined();
  });
});

describe('what is refused, each with its own error, on REST and on MCP', () => {
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'sample_greet', arguments: { name: 'Ada' } } };
  const wrong: [string, string, RequestInit, number, string][] = [
    ['a missing key', greet, { ...post({ name: 'Ada' }), headers: { 'content-type': 'application/json' } }, 401, 'UNAUTHENTICATED'],
    [
      'a wrong key',
      greet,
      { ...post({ name: 'Ada' }), headers: { authorization: 'Bearer wrong', 'content-type': 'application/json' } },
      401,
      'UNAUTHENTICATED',
    ],
    ['an unknown server', '/v1/mcp/nothing/tools/nothing_x', post({}), 404, 'NOT_FOUND'],
    ['an unknown tool', '/v1/mcp/sample/tools/sample_nothing', post({}), 404, 'NOT_FOUND'],
    ['arguments that do not fit', greet, post({ nam: 'Ada' }), 400, 'INVALID_ARGUMENT'],
    ['a body that is not JSON', greet, post('{'), 400, 'INVALID_ARGUMENT'],
    ['a body that is no object', greet, post('[1]'), 400, 'INVALID_ARGUMENT'],
    [
      'another content type',
      greet,
      { ...post('name=Ada'), headers: { authorization: `Bearer ${key}`, 'content-type': 'text/plain' } },
      415,
      'UNSUPPORTED',
    ],
    ['a body over the limit', greet, post({ name: 'x'.repeat(5000) }), 413, 'PAYLOAD_TOO_LARGE'],
    ['an unknown route', '/v1/nothing', {}, 404, 'NOT_FOUND'],
    ['a known failure', '/v1/mcp/sample/tools/sample_fail', post({ known: true }), 404, 'NOT_FOUND'],
    ['an unknown failure', '/v1/mcp/sample/tools/sample_fail', post({ known: false }), 500, 'INTERNAL'],
    ['a missing key on MCP', '/mcp', { ...post(call), headers: { 'content-type': 'application/json' } }, 401, 'UNAUTHENTICATED'],
    ['an unknown server on MCP', '/mcp/nothing', post(call), 404, 'NOT_FOUND'],
    ['a body over the limit on MCP', '/mcp', post({ ...call, params: { name: 'x'.repeat(5000) } }), 413, 'PAYLOAD_TOO_LARGE'],
    ['a body that is not JSON on MCP', '/mcp', post('{'), 400, 'INVALID_ARGUMENT'],
  ];
  for (const [what, path, init, status, code] of wrong) {
    it(what, async () => {
      await using gateway = await sampleGateway({ requestBytes: 4096 });
      const response = await gateway.request(path, init);
      const body = loose(await response.json());
      expect(response.status, JSON.stringify(body)).toBe(status);
      expect(path.startsWith('/mcp') ? body['error']?.['data'] : body['error']).toMatchObject({
        code,
        message: expect.any(String),
        advice: expect.any(String),
      });
      expect(JSON.stringify(body)).not.toContain('secret detail');
    });
  }

  it('a chunked body over the limit', async () => {
    await using gateway = await sampleGateway({ requestBytes: 4096 });
    const chunks = new ReadableStream({
      start: (controller) => (controller.enqueue(Buffer.from(`{"name":"${'x'.repeat(5000)}"}`)), controller.close()),
    });
    const response = await gateway.request(greet, { method: 'POST', body: chunks, duplex: 'half' });
    expect(response.status).toBe(413);
  });

  it('a foreign Host and a foreign Origin', async () => {
    await using gateway = await sampleGateway();
    expect((await gateway.request('/healthz', { headers: { origin: 'https://evil.example' } })).status).toBe(403);
  });

  it('nothing but health, and the console that asks for the key, is open without it', async () => {
    await using gateway = await sampleGateway();
    for (const [path, status] of [
      ['/healthz', 200],
      ['/readyz', 200],
      ['/mcp', 401],
      ['/v1/sandbox', 401],
      ['/v1/openapi.json', 401],
      ['/v1/calls', 401],
      ['/console', 401],
    ] as const) {
      expect((await gateway.request(path, { headers: {} })).status, path).toBe(status);
    }
  });
});
