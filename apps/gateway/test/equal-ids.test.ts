import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtureCommand, type Running, startDirect } from '../../../test/conformance/cells.ts';
import { type ForeignGateway, foreignGateway, keys } from './foreign-gateway.ts';
import { rawClient } from './raw-client.ts';

const clients = 50;
const callsOfEach = 200;
const servers = ['oldStdio', 'newStdio', 'oldHttp', 'newHttp'] as const;

let old: Running;
let recent: Running;
let gateway: ForeignGateway;
beforeAll(async () => {
  [old, recent] = await Promise.all([startDirect('legacy'), startDirect('modern')]);
  const shared = { isolation: 'shared' };
  gateway = await foreignGateway({
    oldStdio: { ...fixtureCommand('legacy'), ...shared },
    newStdio: { ...fixtureCommand('modern'), ...shared },
    oldHttp: { url: old.url, ...shared },
    newHttp: { url: recent.url, ...shared },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await old[Symbol.asyncDispose]();
  await recent[Symbol.asyncDispose]();
});

it(`G4: answers of others (CVE-2026-25536): ${clients} clients of both eras with equal ids make ${clients * callsOfEach} calls: nobody sees a foreign answer or progress event`, async () => {
  const wrong: unknown[] = [];
  let events = 0;
  const work = async (number: number) => {
    const client = await rawClient(number % 2 === 0 ? 'old' : 'new', `${gateway.url}/mcp`, number % 3 === 0 ? keys.ann : keys.bob);
    const lane = async (from: number) => {
      for (let id = from; id <= callsOfEach; id += 4) {
        const tag = `client ${number} call ${id}`;
        const answer = await client.call(id, `${servers[(number + id) % servers.length]}__test_echo`, { tag });
        events += answer.progress.length;
        const isOwn = answer.progress.every(({ progressToken, message }) => progressToken === id && message === tag);
        if (answer.id !== id || answer.text !== tag || !isOwn) wrong.push({ tag, answer });
      }
    };
    await Promise.all([1, 2, 3, 4].map(lane));
    await client.end();
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => work(number)));
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(events).toBe(clients * callsOfEach);
  // It is a fixed amount of work.
}, 900_000);
