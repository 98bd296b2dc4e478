import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { send } from './foreign-gateway.ts';
import { gatewayProcess } from './gateway-process.ts';
import { oddHttpServer } from './odd-http-server.ts';

const apiKey = 'memory-key-0123456789';
const mib = 1024 * 1024;

describe.skipIf(process.platform !== 'linux')('the memory of a gateway', () => {
  it('stays small while a server answers 24 calls at once with 100 MB each', async () => {
    await using folder = await temporaryFolder();
    await using server = await oddHttpServer();
    await using gateway = await gatewayProcess(folder.path, { apiKey, audit: 'off', mcpServers: { odd: { url: server.url } } });
    const call = async (name: string) => (await send(`${gateway.url}/mcp`, apiKey, 'tools/call', { name, arguments: {} })).body;
    await call('odd__ok');
    const before = gateway.residentBytes();
    for (const name of ['odd__flood_stream', 'odd__flood']) {
      const answers = await Promise.all(Array.from({ length: 24 }, () => call(name)));
      for (const { result } of answers)
        expect(result?._meta?.['sandlot.dev/error']).toMatchObject({
          code: 'PAYLOAD_TOO_LARGE',
          message: expect.stringContaining('sent too much'),
        });
    }
    expect((await call('odd__ok')).result?.isError).not.toBe(true);
    expect((gateway.residentBytes() - before) / mib).toBeLessThan(380);
  });
});
