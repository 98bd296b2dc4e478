/** The server behind a gateway, over REST. */
import { join } from 'node:path';
import type { TestAnswer } from '@sandlot/core/testing';
import { z } from 'zod';
import { keyEntry, realGateway } from '../../../../apps/gateway/test/real-gateway.ts';
import type { Caller, World } from './world.ts';

const otherKey = 'other-key-0123456789';

const resultSchema = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()),
});
const errorSchema = z.looseObject({
  code: z.enum(['INVALID_ARGUMENT', 'NOT_FOUND', 'FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED', 'PERMISSION_DENIED', 'UNAVAILABLE']),
  message: z.string(),
  retryable: z.boolean(),
  advice: z.string(),
});
const bodySchema = z.union([
  z.object({ success: z.literal(true), data: resultSchema }),
  z.object({ success: z.literal(false), error: errorSchema }),
]);

/** Opens one, with options of the shell server. */
export async function restWorld(options: Record<string, unknown> = {}): Promise<World> {
  const gateway = await realGateway(['shell'], { auth: { keys: [keyEntry('other', otherKey, ['shell:*'])] } }, { shell: options });
  const caller = (as?: string): Caller => ({
    async call(name, args = {}, { signal } = {}) {
      const path = `/v1/mcp/shell/tools/${name}`;
      const init = { method: 'POST', body: JSON.stringify(args), ...(signal && { signal }), ...(as !== undefined && { as }) };
      return toAnswer(await (await gateway.request(path, init)).json());
    },
  });
  return {
    client: {
      ...caller(),
      as: () => Promise.resolve({ ...caller(otherKey), [Symbol.asyncDispose]: () => Promise.resolve() }),
    },
    path: join(gateway.folder, 'workspace'),
    pid: () => gateway.gateway.registry.get('shell')?.health().pid ?? 0,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** A body of the REST mirror as an answer over MCP looks. */
function toAnswer(body: unknown): TestAnswer {
  const parsed = bodySchema.parse(body);
  if (parsed.success) {
    const { content, structuredContent } = parsed.data;
    return { content, facts: structuredContent, isError: false, text: content.map(({ text }) => text ?? '').join('\n') };
  }
  const { error } = parsed;
  const text = `${error.message}\n${error.advice}`;
  return { content: [{ type: 'text', text }], facts: {}, isError: true, text, error };
}
