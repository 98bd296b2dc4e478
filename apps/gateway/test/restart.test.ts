import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { kill } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { type Build, fixtureCommand } from '../../../test/conformance/cells.ts';
import { bridgeClient } from './bridge-clients.ts';
import { foreignGateway, keys } from './foreign-gateway.ts';
import { freePort } from './free-port.ts';

const wait = { timeout: 120_000 };
const watched = 'test://watched-resource';
const updated = `updated ${watched}`;

describe.each([
  ['old', 'legacy'],
  ['new', 'legacy'],
  ['old', 'modern'],
  ['new', 'modern'],
] as const)('a resource that a client of the %s era watches', (era, build) => {
  it(`is watched on when its ${build} server over stdio is killed`, async () => {
    await using gateway = await foreignGateway({ fixture: fixtureCommand(build) });
    await using client = await bridgeClient(era, `${gateway.url}/mcp/fixture`, keys.ann);
    await client.listen(watched);
    const pid = () => gateway.gateway.registry.get('fixture')?.health().pid;
    await expect.poll(pid, wait).toBeDefined();
    const first = pid();
    kill(first);
    await expect.poll(() => client.seen, wait).toContain(updated);
    expect(pid()).not.toBe(first);
    await isHeard(client);
  });

  it(`is watched on when its ${build} server over HTTP is killed and started again`, async () => {
    const port = await freePort();
    let server = await startFixture(build, port);
    using _end = { [Symbol.dispose]: () => void server.kill('SIGKILL') };
    await using gateway = await foreignGateway({ fixture: { url: `http://127.0.0.1:${port}/mcp` } });
    await using client = await bridgeClient(era, `${gateway.url}/mcp/fixture`, keys.ann);
    await client.listen(watched);
    await isHeard(client);
    server.kill('SIGKILL');
    await once(server, 'exit');
    client.seen.length = 0;
    server = await startFixture(build, port);
    await expect.poll(() => client.seen, wait).toContain(updated);
    await isHeard(client);
  });
});

/** A change reaches the client. */
async function isHeard(client: Awaited<ReturnType<typeof bridgeClient>>): Promise<void> {
  client.seen.length = 0;
  const touch = async () => {
    await client.call('test_touch_resource');
    return client.seen;
  };
  await expect.poll(touch, wait).toContain(updated);
}

async function startFixture(build: Build, port: number): Promise<ChildProcess> {
  const { command, args } = fixtureCommand(build);
  const child = spawn(command, [...args, '--http', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await expect.poll(() => text, wait).toContain('listens on');
  return child;
}
