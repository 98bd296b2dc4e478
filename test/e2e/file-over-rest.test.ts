/** The tests F1 to F38 of the file server once more, over the gateway's REST mirror. */
import { errorText } from '@sandlot/core';
import type { TestClient } from '@sandlot/core/testing';
import { z } from 'zod';
import { fileGateway } from '../../apps/gateway/test/file-gateway.ts';
import { useDoor } from '../../packages/file/test/world.ts';

const contentSchema = z.array(
  z.looseObject({ type: z.string(), text: z.string().optional(), data: z.string().optional(), mimeType: z.string().optional() }),
);
const answerSchema = z.object({
  data: z.object({ content: contentSchema, structuredContent: z.record(z.string(), z.unknown()).default({}) }).nullable(),
  error: z.custom<NonNullable<Awaited<ReturnType<TestClient['call']>>['error']>>().optional(),
});

useDoor(async (workspace, options) => {
  const gateway = await fileGateway({ workspace, options });
  const missing = (): never => {
    throw new Error('REST has no such thing.');
  };
  return {
    get client() {
      return missing();
    },
    as: () => missing(),
    async call(name, args = {}, { signal } = {}) {
      const response = await gateway.request(`/v1/mcp/file/tools/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(args),
        ...(signal && { signal }),
      });
      const { data, error } = answerSchema.parse(await response.json());
      // What the gateway refuses by itself is no answer of the tool, as a JSON-RPC error is none.
      if (error?.message.startsWith('The request body')) throw new Error(error.message);
      const content = data?.content ?? [{ type: 'text', text: error ? errorText(error) : '' }];
      return {
        content,
        text: content.map(({ text }) => text ?? '').join('\n'),
        facts: data?.structuredContent ?? {},
        isError: error !== undefined,
        ...(error && { error }),
      };
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
});

await import('../../packages/file/test/escapes.test.ts');
await import('../../packages/file/test/floods.test.ts');
await import('../../packages/file/test/fidelity.test.ts');
await import('../../packages/file/test/archives.test.ts');
await import('../../packages/file/test/races.test.ts');
await import('../../packages/file/test/policies.test.ts');
await import('../../packages/file/test/shown-names.test.ts');
