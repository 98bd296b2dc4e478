/** One entry of `mcpServers` in `sandlot.json`: the form that MCP clients use, and what Sandlot adds. */
import { z } from 'zod';
import { recordByName } from '../config/entry-of.ts';
import { matchesGlob } from '../config/globs.ts';

/** A change to what clients see of a tool. */
export const overrideSchema = z.strictObject({
  /** Name that clients see instead. */
  name: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,64}$/)
    .optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

const shared = {
  disabled: z.boolean().default(false),
  /** Only these tools; `*` stands for anything. */
  allow: z.array(z.string()).optional(),
  /** Not these tools. */
  deny: z.array(z.string()).default([]),
  /** Changes to what clients see, by the tool's own name. */
  tools: recordByName(overrideSchema),
  /** Longest time of one request, in milliseconds. */
  timeout: z.number().int().positive().default(120_000),
  /** A connection without requests for this long is closed, in milliseconds; 0 keeps it. */
  idle: z
    .number()
    .int()
    .min(0)
    .default(15 * 60_000),
  /** Who shares a connection: everybody, one client session, or one principal; `auto`: everybody, until the server asks clients. */
  isolation: z.enum(['auto', 'shared', 'session', 'principal']).default('auto'),
  /** Connections at once, each a process when the server is a command. Unless they share, each client or session has one. */
  connections: z.number().int().positive().default(100),
  /** What a caller must be allowed to use its tools. Default `<id>:use`. */
  scope: z.string().optional(),
  /** Which protocol era to speak. */
  protocol: z.enum(['auto', 'modern', 'legacy']).default('auto'),
  /**
   * What waits for approval: `all` changed definitions of tools and new tools of a known server; `changes` changed ones only; `warn` nothing
   * waits, but clients see the old definition and calls go on; `off` definitions are taken as they come.
   */
  pin: z.enum(['all', 'changes', 'warn', 'off']).default('all'),
  description: z.string().optional(),
  /** What clients keep for themselves in such entries; it is nothing to a gateway. */
  autoApprove: z.unknown().optional(),
  alwaysAllow: z.unknown().optional(),
  trust: z.unknown().optional(),
  gallery: z.unknown().optional(),
  version: z.unknown().optional(),
};

const stdioSchema = z.strictObject({
  ...shared,
  type: z.literal('stdio').optional(),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  cwd: z.string().optional(),
});

const httpSchema = z.strictObject({
  ...shared,
  type: z.enum(['http', 'streamable-http', 'sse']).optional(),
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
});

/** Checked settings of an added server. */
export type ServerEntry = z.output<typeof stdioSchema> | z.output<typeof httpSchema>;

/** Id of an added server: it stands before its tools' names. */
export const idPattern = /^(?!.*__)[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,22}[a-zA-Z0-9-])?$/;

/**
 * Checks one entry.
 *
 * @returns the entry, or what is wrong with it; a broken entry must not stop the others
 */
export function parseEntry(id: string, value: unknown): { entry: ServerEntry } | { error: string } {
  if (!idPattern.test(id))
    return { error: `"${id}" is no good id: at most 24 letters, digits, hyphens and single underscores, with no underscore at its end.` };
  const hasUrl = typeof value === 'object' && value !== null && 'url' in value;
  const parsed = hasUrl ? httpSchema.safeParse(value) : stdioSchema.safeParse(value);
  return parsed.success ? { entry: parsed.data } : { error: z.prettifyError(parsed.error) };
}

/** True when a tool is allowed by an entry's `allow` and `deny`. */
export function isAllowed(entry: Pick<ServerEntry, 'allow' | 'deny'>, tool: string): boolean {
  const matches = (pattern: string) => matchesGlob(pattern, tool);
  return (entry.allow === undefined || entry.allow.some(matches)) && !entry.deny.some(matches);
}
