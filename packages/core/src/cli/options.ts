/** Options that every server has. */
import { z } from 'zod';
import { commaList } from '../config/comma-list.ts';
import type { OptionTable } from '../config/options.ts';
import { defaultLimits } from '../limits.ts';

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);

/** Options of every server's command line. */
export const baseOptions = {
  workspace: {
    description: 'Folder that the tools work in; made when it is missing',
    placeholder: 'DIR',
    schema: z.string().min(1).default('.'),
    env: 'SANDLOT_WORKSPACE',
  },
  http: {
    description: 'Serve Streamable HTTP at http://HOST:PORT/mcp instead of stdio; the host is 127.0.0.1 unless given',
    placeholder: '[HOST:]PORT',
    schema: z
      .string()
      .regex(/^(?:(?:[\w.-]+|\[[\da-f:]+\]):)?\d{1,5}$/i, 'expected PORT or HOST:PORT')
      .optional(),
    env: 'SANDLOT_HTTP',
  },
  apiKey: {
    description: 'Key that HTTP callers must send as "Authorization: Bearer KEY"; better given in the environment',
    placeholder: 'KEY',
    schema: z.string().min(16, 'a key has at least 16 characters').optional(),
    env: 'SANDLOT_API_KEY',
    secret: true,
  },
  auth: {
    description: 'Ask HTTP callers for the key; --no-auth is allowed on loopback only',
    boolean: true,
    schema: z.boolean().default(true),
    env: [],
  },
  caps: {
    description: 'Opt-in groups of tools to switch on, separated by commas ("all" for every group)',
    placeholder: 'GROUPS',
    schema: commaList,
  },
  tools: {
    description: 'Only these tools, separated by commas, whatever their group',
    placeholder: 'NAMES',
    schema: commaList,
  },
  noTools: {
    description: 'Without these tools, separated by commas',
    placeholder: 'NAMES',
    schema: commaList,
  },
  outputSchemas: {
    description: 'List tools with their output schemas and every hint; they double what a model reads',
    boolean: true,
    schema: z.boolean().default(false),
    env: 'SANDLOT_OUTPUT_SCHEMAS',
  },
  socket: {
    description: 'Serve the gateway on this Unix socket instead of stdio, until stdin ends',
    placeholder: 'PATH',
    schema: z.string().min(1).optional(),
    env: [],
  },
  logLevel: {
    description: 'Least severity of the log lines on stderr: debug, info, warn or error',
    placeholder: 'LEVEL',
    schema: z.enum(['debug', 'info', 'warn', 'error']).default('warn'),
    env: 'SANDLOT_LOG_LEVEL',
  },
  callTimeoutMs: {
    description: 'Longest time of one call, in milliseconds',
    placeholder: 'MS',
    schema: count(defaultLimits.callTimeoutMs),
    env: 'SANDLOT_CALL_TIMEOUT_MS',
  },
  requestBytes: {
    description: 'Largest request, in bytes',
    placeholder: 'BYTES',
    schema: count(defaultLimits.requestBytes),
    env: 'SANDLOT_REQUEST_BYTES',
  },
} satisfies OptionTable;
