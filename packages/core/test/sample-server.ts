/** A small server for the tests of core: its tools are real, and each shows one thing. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineServer, ToolError, toolDefiner } from '@sandlot/core';

const defineTool = toolDefiner<{ greeting: string }>();

const greet = defineTool({
  name: 'sample_greet',
  title: 'Greet',
  description: 'Greets somebody by name, with the greeting of this server.',
  effect: 'read',
  scope: 'sample:read',
  input: z.object({ name: z.string().min(1).describe('Whom to greet') }),
  output: z.object({ length: z.number().int().describe('Characters of the greeting') }),
  async run({ name }, { domain }) {
    const text = `${domain.greeting}, ${name}!`;
    return { text, length: text.length };
  },
  render: ({ text }) => text,
});

const wait = defineTool({
  name: 'sample_wait',
  title: 'Wait',
  description: 'Waits, reports progress, and ends at once when it is cancelled.',
  effect: 'read',
  scope: 'sample:read',
  input: z.object({ ms: z.number().int().min(0).describe('How long, in milliseconds') }),
  output: z.object({ principal: z.string().describe('Who called') }),
  async run({ ms }, { signal, progress, principal }) {
    progress({ progress: 1, total: 2, message: 'half way' });
    await delay(ms, undefined, { signal });
    return { principal };
  },
});

const fail = defineTool({
  name: 'sample_fail',
  title: 'Fail',
  description: 'Fails in the way that is asked for: known or unknown.',
  effect: 'write',
  scope: 'sample:write',
  group: 'broken',
  input: z.object({ known: z.boolean().describe('True for an error that the caller should read') }),
  output: z.object({}),
  async run({ known }) {
    if (known) throw new ToolError('NOT_FOUND', 'No such thing: "x".', { advice: 'Try "y".' });
    throw new Error('secret detail');
  },
});

/** The sample server. */
export const sample = defineServer({
  name: 'sample',
  title: 'Sample',
  version: '1.2.3',
  description: 'A server for tests.',
  options: { greeting: { description: 'First word', schema: z.string().default('Hello') } },
  tools: [greet, wait, fail],
  open: ({ options }) => ({ greeting: options.greeting }),
});
