/** A view in search mode: what it lists, and what its own tools do. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { isLoose, type Loose, objectAt } from '../../upstreams/caller.ts';
import type { Catalog, Target } from '../catalog.ts';
import type { View } from '../view.ts';
import { metaToolList, metaTools } from './meta-tools.ts';

/** Tells which tools the caller may call. */
type IsVisible = (target: Target) => boolean;

const searchSchema = z.strictObject({ query: z.string().min(1).max(1000), limit: z.number().int().min(1).max(20).default(5) });
const describeSchema = z.strictObject({ names: z.array(z.string()).min(1).max(20) });
const callSchema = z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) });

/** Longest description in an answer of the search; `tools_describe` has the rest. */
const maxDescription = 300;

/** The list of a view in search mode: its three tools, and those with a user interface, which hosts show only when they are listed. */
export function searchList(catalog: Catalog, isVisible: IsVisible): Loose[] {
  const withUi = [...catalog.tools.values()].filter((target) => hasUi(target.shown) && isVisible(target));
  return [...metaToolList, ...withUi.map(({ shown }) => shown)];
}

/**
 * The params of a direct call, when these are of one through `tools_call` in a view in search mode; any others as they are. From here on
 * it is the same call: policy, audit records and spans name the real tool.
 */
export function unwrapped(view: View, method: string, params: Loose): Loose {
  if (method !== 'tools/call' || params['name'] !== metaTools.call || !view.isSearched()) return params;
  const inner = callSchema.safeParse(params['arguments']).data;
  return inner && inner.name !== metaTools.call ? { ...params, name: inner.name, arguments: inner.arguments } : params;
}

/** Runs one of the three tools. @throws ToolError INVALID_ARGUMENT, NOT_FOUND */
export async function runMetaTool(name: string, args: unknown, catalog: Catalog, isVisible: IsVisible): Promise<Loose> {
  if (name === metaTools.search) return search(parse(searchSchema, name, args), catalog, isVisible);
  if (name === metaTools.describe) return describe(parse(describeSchema, name, args), catalog, isVisible);
  parse(callSchema, name, args);
  throw new ToolError('INVALID_ARGUMENT', `${metaTools.call} does not call itself.`, { advice: 'Name the tool that shall run.' });
}

async function search({ query, limit }: z.output<typeof searchSchema>, catalog: Catalog, isVisible: IsVisible): Promise<Loose> {
  // Loaded only where tools are searched.
  const { findTools } = await import('./index-of-tools.ts');
  const found = findTools(catalog, query, (target) => isVisible(target) && isForModels(target.shown));
  const shown = found.slice(0, limit).map(({ shown: tool }) => summary(tool));
  const rest = found.length - shown.length;
  if (shown.length === 0) return textResult(`No tool fits ${JSON.stringify(query)}. Try other words for what it should do.`);
  return textResult([...shown, ...(rest > 0 ? [`(${rest} more with a higher limit)`] : [])].join('\n\n'));
}

function describe({ names }: z.output<typeof describeSchema>, catalog: Catalog, isVisible: IsVisible): Loose {
  const tools = names.map((name) => {
    const target = catalog.tools.get(name);
    if (target && isVisible(target)) return described(target);
    throw new ToolError('NOT_FOUND', `There is no tool ${JSON.stringify(name)}.`, { advice: `Find tools with ${metaTools.search}.` });
  });
  return textResult(JSON.stringify(tools));
}

/** A tool in full, with what the configuration changed. */
function described({ upstream, name, shown }: Target): Loose {
  const full = upstream.describe?.(name);
  if (!full) return shown;
  const annotations = { ...objectAt(full, 'annotations'), ...objectAt(shown, 'annotations') };
  return { ...full, name: shown['name'], title: shown['title'], description: shown['description'], annotations };
}

function summary(tool: Loose): string {
  const schema = objectAt(tool, 'inputSchema');
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  const parameters = Object.keys(objectAt(schema, 'properties')).map((key) => (required.has(key) ? key : `${key}?`));
  const about = tool['description'] ?? tool['title'];
  const text = typeof about === 'string' ? about : '';
  return `${String(tool['name'])}(${parameters.join(', ')})\n${text.length > maxDescription ? `${text.slice(0, maxDescription)}…` : text}`;
}

/** MCP Apps: `_meta.ui.resourceUri`, earlier `_meta["ui/resourceUri"]`. */
function hasUi(tool: Loose): boolean {
  const meta = objectAt(tool, '_meta');
  return typeof objectAt(meta, 'ui')['resourceUri'] === 'string' || typeof meta['ui/resourceUri'] === 'string';
}

/** MCP Apps: a tool may be for its user interface only. */
function isForModels(tool: Loose): boolean {
  const visibility = objectAt(objectAt(tool, '_meta'), 'ui')['visibility'];
  return !Array.isArray(visibility) || visibility.includes('model');
}

function parse<T>(schema: z.ZodType<T>, tool: string, args: unknown): T {
  const parsed = schema.safeParse(isLoose(args) ? args : {});
  if (parsed.success) return parsed.data;
  throw new ToolError('INVALID_ARGUMENT', `${tool}: ${z.prettifyError(parsed.error)}`);
}

function textResult(text: string): Loose {
  return { content: [{ type: 'text', text }] };
}
