/** The gateway's options: flags, `SANDLOT_*`, `sandlot.json`. */
import { defaultLimits, type ServerDefinition, ToolError } from '@sandlot/core';
import type { OptionTable, OptionValues } from '@sandlot/core/config';
import { z } from 'zod';
import { adminOptions } from './admin-options.ts';
import { auditOptions } from './audit-options.ts';
import { authOptions, list } from './auth-options.ts';
import { userOptions } from './user-options.ts';
import { uiOptions } from './ui-options.ts';
import { isLoose } from '../upstreams/caller.ts';

const milliseconds = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

/** Options of the gateway. */
export const gatewayOptions = {
  host: {
    description: 'Address to listen on',
    placeholder: 'HOST',
    schema: z.string().min(1).default('127.0.0.1'),
    env: 'SANDLOT_HOST',
  },
  port: {
    description: 'Port to listen on; 0 takes a free one',
    placeholder: 'PORT',
    schema: z.coerce.number().int().min(0).max(65_535).default(8080),
    env: 'SANDLOT_PORT',
  },
  workspace: {
    description: 'The folder that all servers share; made when it is missing',
    placeholder: 'DIR',
    schema: z.string().min(1).default('./workspace'),
    env: ['SANDLOT_WORKSPACE', 'WORKSPACE'],
  },
  config: {
    description: 'Configuration file, JSON with comments',
    placeholder: 'FILE',
    schema: z.string().min(1).default('sandlot.json'),
    env: 'SANDLOT_CONFIG',
  },
  apiKey: {
    description: 'Key that callers must send as "Authorization: Bearer KEY"; made and shown when none is given',
    placeholder: 'KEY',
    schema: z.string().min(16, 'a key has at least 16 characters').optional(),
    env: ['SANDLOT_API_KEY', 'SANDBOX_API_KEY'],
    secret: true,
  },
  auth: {
    description: '"key" asks for a key or token; "none" asks for nothing and is refused on an address that others can reach',
    placeholder: 'MODE',
    schema: z.enum(['key', 'none']).default('key'),
    env: 'SANDLOT_AUTH',
  },
  ...authOptions,
  allowedHosts: {
    description:
      'Host names under which the gateway is reached, separated by commas; *.name allows what is below a name. Always allowed: loopback names; on an address that others reach also IP addresses, names without a dot, and .internal, .svc, .cluster.local',
    placeholder: 'NAMES',
    schema: list.default([]),
    env: 'SANDLOT_ALLOWED_HOSTS',
  },
  stateDir: {
    description: "Folder for what must outlive a restart, such as the generated key; default: sandlot in the user's state folder",
    placeholder: 'DIR',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_STATE_DIR',
  },
  requestBytes: {
    description: 'Largest request body, in bytes',
    placeholder: 'BYTES',
    schema: z.coerce.number().int().positive().default(defaultLimits.requestBytes),
    env: 'SANDLOT_REQUEST_BYTES',
  },
  resultBytes: {
    description:
      'Longest text that an added server may answer with, in bytes; what is longer is kept in a file of the workspace, and the answer says where; 0 sets no limit',
    placeholder: 'BYTES',
    schema: z.coerce
      .number()
      .int()
      .min(0)
      .default(256 * 1024),
    env: 'SANDLOT_RESULT_BYTES',
  },
  keptResultBytes: {
    description: 'Most that the files of long results may have together, in bytes; the oldest are removed',
    placeholder: 'BYTES',
    schema: z.coerce
      .number()
      .int()
      .min(0)
      .default(256 * 1024 * 1024),
    env: 'SANDLOT_KEPT_RESULT_BYTES',
  },
  outputSchemas: {
    description: 'List tools with their output schemas and every hint; they double what a model reads',
    boolean: true,
    schema: z.boolean().default(false),
    env: 'SANDLOT_OUTPUT_SCHEMAS',
  },
  idleMs: {
    description: 'A server without calls for this long is stopped, in milliseconds; 0 never stops one',
    placeholder: 'MS',
    schema: milliseconds(15 * 60_000),
    env: 'SANDLOT_IDLE_MS',
  },
  startTimeoutMs: {
    description: 'Longest time for a server to get ready, in milliseconds',
    placeholder: 'MS',
    schema: milliseconds(60_000),
    env: 'SANDLOT_START_TIMEOUT_MS',
  },
  logLevel: {
    description: 'Least severity of the log lines on stderr: debug, info, warn or error',
    placeholder: 'LEVEL',
    schema: z.enum(['debug', 'info', 'warn', 'error']).default('warn'),
    env: 'SANDLOT_LOG_LEVEL',
  },
  sessionIdleMs: {
    description: 'An MCP session (clients before 2026-07-28) without requests for this long ends, in milliseconds',
    placeholder: 'MS',
    schema: milliseconds(60 * 60_000),
    env: 'SANDLOT_SESSION_IDLE_MS',
  },
  maxSessions: {
    description: 'MCP sessions at once',
    placeholder: 'COUNT',
    schema: z.coerce.number().int().positive().default(10_000),
    env: 'SANDLOT_MAX_SESSIONS',
  },
  ...auditOptions,
  ...adminOptions,
  ...uiOptions,
  ...userOptions,
  ownServers: {
    description: 'Servers of Sandlot that are there, separated by commas; all of them unless set',
    placeholder: 'NAMES',
    schema: list.optional(),
    env: 'SANDLOT_OWN_SERVERS',
  },
  traces: {
    description:
      'Traces that are kept in memory and shown at /v1/traces, without a collector; 0 keeps none and loads nothing for them; the image keeps 100',
    placeholder: 'COUNT',
    schema: z.coerce.number().int().min(0).default(0),
    env: 'SANDLOT_TRACES',
  },
  stdio: {
    description: 'Serve one MCP client over stdin and stdout instead of HTTP',
    boolean: true,
    schema: z.boolean().default(false),
    env: [],
  },
  profile: {
    description: 'Profile that --stdio serves instead of the default view',
    placeholder: 'NAME',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_PROFILE',
  },
} satisfies OptionTable;

/** The gateway's options, parsed. */
export type GatewayValues = OptionValues<typeof gatewayOptions>;

/** `servers` in `sandlot.json`: options of our servers, by server. */
export type ServerSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const serversSchema = z.record(z.string(), z.record(z.string(), z.unknown())).default({});

/** What of every server's options may stand in the file; the rest, such as the workspace, is the gateway's. */
const commonSettings = ['caps', 'logLevel', 'callTimeoutMs'];

/**
 * Checks `servers` of the configuration file.
 *
 * @throws ToolError INVALID_ARGUMENT naming the server, option or value that is wrong
 */
export function parseServerSettings(value: unknown, known: readonly ServerDefinition[]): ServerSettings {
  const parsed = serversSchema.safeParse(value);
  if (!parsed.success) throw new ToolError('INVALID_ARGUMENT', `"servers": ${z.prettifyError(parsed.error)}`);
  for (const [name, settings] of Object.entries(parsed.data)) {
    const server = known.find((candidate) => candidate.name === name);
    if (!server)
      throw new ToolError(
        'INVALID_ARGUMENT',
        `"servers.${name}": there is no such server. Known: ${known.map((one) => one.name).join(', ')}.`,
      );
    checkSettings(server, settings);
  }
  return parsed.data;
}

function checkSettings(server: ServerDefinition, settings: Readonly<Record<string, unknown>>): void {
  const groups = new Set(server.tools.flatMap(({ group }) => (group === undefined ? [] : [group])));
  for (const [key, value] of Object.entries(settings)) {
    const where = `"servers.${server.name}.${key}"`;
    const row = server.options[key];
    if (!row && !commonSettings.includes(key)) {
      throw new ToolError(
        'INVALID_ARGUMENT',
        `${where}: there is no such option. Known: ${[...Object.keys(server.options), ...commonSettings].join(', ')}.`,
      );
    }
    const checked = row?.schema.safeParse(value);
    if (checked && !checked.success)
      throw new ToolError('INVALID_ARGUMENT', `${where} ${JSON.stringify(value)}: ${z.prettifyError(checked.error)}`);
    if (key !== 'caps') continue;
    const unknown = capsOf(value).find((cap) => cap !== 'all' && !groups.has(cap));
    if (unknown !== undefined)
      throw new ToolError('INVALID_ARGUMENT', `${where}: there is no group "${unknown}". Known: ${[...groups].join(', ')}.`);
  }
}

/** Groups of tools as the file names them: a list, or one text with commas. */
export function capsOf(value: unknown): string[] {
  if (typeof value === 'string')
    return value
      .split(',')
      .map((cap) => cap.trim())
      .filter(Boolean);
  return Array.isArray(value) ? value.map(String) : [];
}

/** Checks that `mcpServers` of the configuration file is an object; its entries are checked one by one, so that a broken one stops nobody. */
export function parseMcpServers(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined || isLoose(value)) return value ?? {};
  throw new ToolError('INVALID_ARGUMENT', '"mcpServers" must be an object of servers by id.');
}
