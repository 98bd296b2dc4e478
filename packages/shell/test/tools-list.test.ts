import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { startServer } from './kit.ts';

it('shows a model less than 5 kB of tools', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer(folder.path);
  const { tools } = await server.client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['shell_exec', 'shell_read', 'shell_write', 'shell_kill', 'shell_list']);
  expect(JSON.stringify(tools).length).toBeLessThan(5000);
});
