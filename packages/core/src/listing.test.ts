import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { sample } from '../test/sample-server.ts';

describe('tools/list', () => {
  it('leaves out what costs tokens and says nothing new', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, caps: ['broken'] });
    const { tools } = await client.client.listTools();
    expect(tools[0]).toEqual({
      name: 'sample_greet',
      title: 'Greet',
      description: 'Greets somebody by name, with the greeting of this server.',
      inputSchema: {
        type: 'object',
        properties: { name: { type: 'string', description: 'Whom to greet' } },
        required: ['name'],
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
    });
    expect(tools.find(({ name }) => name === 'sample_fail')?.annotations).toEqual({ destructiveHint: false, openWorldHint: false });
  });

  it('shows output schemas and every hint when it is asked for them', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path, outputSchemas: true });
    const { tools } = await client.client.listTools();
    expect(tools[0]).toMatchObject({
      inputSchema: { additionalProperties: false, properties: { name: { minLength: 1 } } },
      outputSchema: { type: 'object', properties: { length: { type: 'integer' } }, required: ['length'] },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    });
    // The SDK's client checks the facts against the schema that it was shown.
    expect(await client.client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } })).toMatchObject({
      structuredContent: { length: 11 },
    });
  });

  it('does not change what a call answers or refuses', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(sample, { workspace: folder.path });
    await client.client.listTools();
    expect(await client.client.callTool({ name: 'sample_greet', arguments: { name: 'Ada' } })).toMatchObject({
      structuredContent: { length: 11 },
    });
    expect((await client.call('sample_greet', { name: 'Ada', nmae: 'x' })).error?.code).toBe('INVALID_ARGUMENT');
    expect((await client.call('sample_greet', { name: '' })).error?.message).toContain('>=1 characters');
  });
});
