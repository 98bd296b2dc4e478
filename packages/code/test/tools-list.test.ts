import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { code } from '../src/index.ts';

it('shows a model less than 5 kB of tools', async () => {
  await using folder = await temporaryFolder();
  await using client = await connect(code, { workspace: folder.path });
  const { tools } = await client.client.listTools();
  expect(tools).toHaveLength(7);
  // What clients put into a model's context: output schemas are for programs.
  const shown = tools.map((tool) => ({ ...tool, outputSchema: undefined }));
  expect(JSON.stringify(shown).length).toBeLessThan(5000);
});
