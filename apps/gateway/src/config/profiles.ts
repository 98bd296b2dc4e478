/** `profiles` of the configuration file: views that the operator has put together. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { metaToolNames } from '../mcp/search/meta-tools.ts';
import { isLoose } from '../upstreams/caller.ts';
import { overrideSchema } from '../upstreams/settings.ts';
import { recordByName } from './entry-of.ts';

/** Name of a profile: the segment in `/mcp/p/<name>`. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,31}$/;

const profileSchema = z.strictObject({
  title: z.string().min(1).optional(),
  /** Which servers, by name; `*` and `!` as in {@link nameList}. Default all. */
  servers: z.array(z.string().min(1)).optional(),
  /** Only these tools, by their names at `/mcp`; `*` stands for anything. */
  allow: z.array(z.string().min(1)).optional(),
  /** Not these tools. */
  deny: z.array(z.string().min(1)).default([]),
  /** Only tools whose `readOnlyHint` is true. */
  readOnly: z.boolean().default(false),
  /** `full` lists every tool; `search` lists three tools that find, describe and call the others. */
  mode: z.enum(['full', 'search']).default('full'),
  /** Changes to what clients see, by the tool's name at `/mcp`. */
  tools: recordByName(overrideSchema),
});

/** A checked profile. */
export type Profile = z.output<typeof profileSchema>;

/** Checked profiles by name. */
export type Profiles = ReadonlyMap<string, Profile>;

/**
 * Checks `profiles` of the configuration file.
 *
 * @throws ToolError INVALID_ARGUMENT naming the profile and what is wrong with it
 */
export function parseProfiles(value: unknown): Profiles {
  if (value !== undefined && !isLoose(value)) throw new ToolError('INVALID_ARGUMENT', '"profiles" must be an object of profiles by name.');
  return new Map(Object.entries(value ?? {}).map(([name, profile]) => [name, parseProfile(name, profile)]));
}

function parseProfile(name: string, value: unknown): Profile {
  const where = `"profiles.${name}"`;
  if (!namePattern.test(name))
    throw new ToolError('INVALID_ARGUMENT', `${where}: "${name}" is no good name: at most 32 letters, digits, hyphens and underscores.`);
  const parsed = profileSchema.safeParse(value);
  if (!parsed.success) throw new ToolError('INVALID_ARGUMENT', `${where}: ${z.prettifyError(parsed.error)}`);
  const reserved = Object.values(parsed.data.tools).find((change) => change.name !== undefined && metaToolNames.has(change.name));
  if (reserved) throw new ToolError('INVALID_ARGUMENT', `${where}: "${reserved.name}" is a name of the search mode.`);
  return parsed.data;
}
