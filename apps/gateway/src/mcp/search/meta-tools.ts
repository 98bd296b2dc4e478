/** The tools that a view in search mode lists instead of its own: find, describe, call. */
import type { Loose } from '../../upstreams/caller.ts';

/** Names of the tools, at most 40 characters as all of ours. */
export const metaTools = { search: 'tools_search', describe: 'tools_describe', call: 'tools_call' } as const;

/** The same names, for looking up. */
export const metaToolNames: ReadonlySet<string> = new Set(Object.values(metaTools));

/** What clients read at the start of a view in search mode. */
export const searchInstructions = `The tools of this server are not listed. Find them with ${metaTools.search}, read how one is called with ${metaTools.describe}, and call it with ${metaTools.call}.`;

const reads = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };

/** The listed form of the tools. */
export const metaToolList: readonly Loose[] = [
  {
    name: metaTools.search,
    title: 'Find tools',
    description: `Finds tools by what they do. Answers with names, parameters (? marks optional ones) and descriptions, best first. Call them with ${metaTools.call}.`,
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'What the tool should do, in a few words' },
        limit: { type: 'integer', minimum: 1, maximum: 20, default: 5, description: 'Most tools to answer with' },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: reads,
  },
  {
    name: metaTools.describe,
    title: 'Describe tools',
    description: 'Answers with the full definitions of tools, their argument schemas included.',
    inputSchema: {
      type: 'object',
      properties: { names: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 20, description: 'Names of tools' } },
      required: ['names'],
      additionalProperties: false,
    },
    annotations: reads,
  },
  {
    name: metaTools.call,
    title: 'Call a tool',
    description: `Calls a tool that ${metaTools.search} found.`,
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Name of the tool' },
        arguments: { type: 'object', description: 'Its arguments', additionalProperties: true },
      },
      required: ['name'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  },
];
