import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureCommand } from '../../../test/conformance/cells.ts';
import { parkableCall, ParkingLot } from '../src/upstreams/parked.ts';
import type { UpstreamRequest } from '../src/upstreams/upstream.ts';
import { type BridgeClient, bridgeClient } from './bridge-clients.ts';
import { type ForeignGateway, foreignGateway, keys, send } from './foreign-gateway.ts';

let gateway: ForeignGateway;
beforeAll(async () => {
  gateway = await foreignGateway({ legacy: fixtureCommand('legacy'), modern: fixtureCommand('modern') });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const watched = 'test://watched-resource';
const cells = [
  ['old', 'legacy'],
  ['old', 'modern'],
  ['new', 'legacy'],
  ['new', 'modern'],
] as const;

/** What a client was asked; what a server of all says to all may come in between. */
const asked = ({ seen }: BridgeClient) => seen.filter((event) => event !== 'tools changed');

describe.each(cells)('a client of the %s era in front of a server of the %s one', (era, server) => {
  const connect = (key = keys.ann, answer = 'Ada') => bridgeClient(era, `${gateway.url}/mcp/${server}`, key, answer);

  it('is asked for input, a sample and roots, one by one and at once, in tools and prompts', async () => {
    await using client = await connect();
    expect(await client.call('test_input_required_result_elicitation')).toBe('Hello, Ada!');
    expect(await client.call('test_input_required_result_sampling')).toContain('sampled by Ada');
    expect(await client.call('test_input_required_result_list_roots')).toContain('file:///home');
    expect(asked(client)).toEqual(['elicit', 'sample', 'roots']);
    expect(await client.call('test_input_required_result_multiple_inputs')).toBe('all answered');
    expect(asked(client).slice(3).toSorted()).toEqual(['elicit', 'roots', 'sample']);
    expect(await client.call('test_input_required_result_multi_round')).toBe('Ada likes red');
    expect(await client.prompt('test_input_required_result_prompt')).toContain('Use this context');
  });

  it('gets progress and log messages of its call', async () => {
    await using client = await connect();
    let count = 0;
    await client.call('test_tool_with_progress', {}, { onprogress: () => void count++ });
    expect(count).toBe(3);
    await client.call('test_logging_tool');
    expect(client.seen).toContain('log a log message');
  });

  it('ends the call in the server when it cancels', async () => {
    await using client = await connect();
    const controller = new AbortController();
    const onprogress = () => controller.abort();
    await expect(client.call('test_wait', {}, { signal: controller.signal, onprogress })).rejects.toThrow();
    await expect.poll(() => client.call('test_waiting')).toBe('0');
  });

  it('hears of changes of lists and of a resource', async () => {
    await using client = await connect();
    await client.listen(watched);
    await client.call('test_trigger_tool_change');
    await client.call('test_touch_resource');
    await expect.poll(() => client.seen, { timeout: 60_000 }).toEqual(expect.arrayContaining(['tools changed', `updated ${watched}`]));
  });

  it('is asked for its own calls only', async () => {
    await using ann = await connect(keys.ann, 'Ann');
    await using bob = await connect(keys.bob, 'Bob');
    await ann.call('test_input_required_result_elicitation');
    const answers = await Promise.all([ann, bob, ann, bob].map((client) => client.call('test_input_required_result_elicitation')));
    expect(answers).toEqual(['Hello, Ann!', 'Hello, Bob!', 'Hello, Ann!', 'Hello, Bob!']);
  });
});

describe('the state of a call that waits', () => {
  const name = 'test_input_required_result_elicitation';
  const inputResponses = { user_name: { action: 'accept', content: { name: 'Ada' } } };
  const call = (key: string, params: Record<string, unknown> = {}) =>
    send(`${gateway.url}/mcp/legacy`, key, 'tools/call', { name, arguments: {}, ...params });
  const park = async () => String((await call(keys.ann)).body.result?.requestState);

  it('is good for one retry', async () => {
    const requestState = await park();
    expect((await call(keys.ann, { inputResponses, requestState })).body.result?.content).toEqual([{ type: 'text', text: 'Hello, Ada!' }]);
    expect((await call(keys.ann, { inputResponses, requestState })).body.error?.code).toBe(-32_602);
  });

  it('is refused when it was changed, and from another principal or for another call', async () => {
    const requestState = await park();
    const [id, seal] = requestState.split('.');
    for (const [key, params] of [
      [keys.ann, { requestState: `${id}.${String(seal).split('').toReversed().join('')}` }],
      [keys.ann, { requestState: 'nothing' }],
      [keys.bob, { requestState }],
      [keys.ann, { requestState, arguments: { other: true } }],
    ] as const) {
      expect((await call(key, { inputResponses, ...params })).body.error?.code, JSON.stringify(params)).toBe(-32_602);
    }
    expect((await call(keys.ann, { inputResponses, requestState })).body.result?.content).toEqual([{ type: 'text', text: 'Hello, Ada!' }]);
  });

  it('expires, which ends the call in the server', async () => {
    const lot = new ParkingLot({ ttlMs: 20 });
    const ended = Promise.withResolvers<void>();
    const waiting = parkableCall(request, new Promise(() => undefined), () => ended.resolve());
    void waiting.onAsk('elicitation/create', {});
    const { requestState } = await lot.run(request, waiting);
    await ended.promise;
    await expect((async () => lot.resume(request, String(requestState)))()).rejects.toThrow('Invalid or expired requestState.');
  });

  it('waits with at most 99 others of its principal', async () => {
    const lot = new ParkingLot();
    const park = (principal: string) => {
      const call = parkableCall(request, new Promise(() => undefined), () => undefined);
      void call.onAsk('elicitation/create', {});
      return lot.run({ ...request, caller: { ...request.caller, principal } }, call);
    };
    const parked = await Promise.all(Array.from({ length: 100 }, () => park('ann')));
    expect(parked.every(({ resultType }) => resultType === 'input_required')).toBe(true);
    await expect(park('ann')).rejects.toThrow("Already 100 calls wait for their clients' input.");
    expect(await park('bob')).toHaveProperty('requestState');
    lot.close();
  });

  it('is asked again for what a retry did not answer, or not in the right shape', async () => {
    for (const responses of [{}, { user_name: { action: 'perhaps' } }, { user_name: 'Ada' }]) {
      const again = await call(keys.ann, { inputResponses: responses, requestState: await park() });
      expect(again.body.result?.inputRequests, JSON.stringify(responses)).toHaveProperty('user_name');
    }
  });

  it('is not needed by a client that answers beforehand', async () => {
    const { body } = await call(keys.ann, { inputResponses: { ...inputResponses, extra: {} } });
    expect(body.result?.content).toEqual([{ type: 'text', text: 'Hello, Ada!' }]);
  });
});

describe('what a call cannot do without', () => {
  it.each(['legacy', 'modern'])('is error -32021 for a client that has not declared it (%s server)', async (server) => {
    const { status, body } = await send(`${gateway.url}/mcp/${server}`, keys.ann, 'tools/call', {
      name: 'test_missing_capability',
      arguments: {},
    });
    expect({ status, error: body.error }).toMatchObject({
      status: 400,
      error: { code: -32_021, data: { requiredCapabilities: { sampling: {} } } },
    });
  });

  it('is a header that mirrors an argument, and agrees with it', async () => {
    const { status, body } = await send(`${gateway.url}/mcp/legacy`, keys.ann, 'tools/call', {
      name: 'test_x_mcp_header',
      arguments: { region: 'eu' },
    });
    expect({ status, code: body.error?.code }).toEqual({ status: 400, code: -32_020 });
  });
});

const request: UpstreamRequest = {
  method: 'tools/call',
  params: { name: 'test', arguments: {} },
  caller: {
    principal: 'ann',
    allows: () => true,
    era: 'modern',
    envelope: {},
    signal: AbortSignal.timeout(600_000),
    notify: () => undefined,
  },
};

describe.each(['legacy', 'modern'] as const)(
  'a client of the old era that has declared nothing, in front of a server of the %s one',
  (server) => {
    it('is not asked', async () => {
      const client = new OldClient({ name: 'test', version: '1' }, { capabilities: {} });
      const requestInit = { headers: { authorization: `Bearer ${keys.ann}` } };
      await client.connect(new OldHttp(new URL(`${gateway.url}/mcp/${server}`), { requestInit }));
      const asked: string[] = [];
      client.fallbackRequestHandler = async ({ method }) => {
        asked.push(method);
        throw new Error('no');
      };
      const call = client.callTool({ name: 'test_input_required_result_elicitation', arguments: {} });
      const outcome = await call.then(
        ({ isError }) => isError,
        () => true,
      );
      expect({ outcome, asked }).toEqual({ outcome: true, asked: [] });
      await client.close();
    });
  },
);
