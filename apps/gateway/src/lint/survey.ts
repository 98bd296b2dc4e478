/** What lists of tools cost, and what known clients will not take of them. Looks only; nothing is changed or left out for it. */
import type { Catalog } from '../mcp/catalog.ts';
import { shownName } from '../mcp/names.ts';
import type { View } from '../mcp/view.ts';
import { searchList } from '../mcp/search/search-mode.ts';
import type { Loose } from '../upstreams/caller.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { tokensOf } from './cost.ts';
import type { Finding } from './finding.ts';
import { lintCount, lintName } from './name-rules.ts';
import { lintSchemas } from './schema-rules.ts';

/** A list of tools. */
export interface Survey {
  readonly tools: number;
  /** Tokens of all definitions, about. */
  readonly tokens: number;
  /** Tokens by tool, the most expensive first. */
  readonly costs: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

/** The tools of one server that are known now, under their names at `/mcp`; undefined while nothing is known. */
export function surveyServer(upstream: Upstream): Survey | undefined {
  const offer = upstream.known();
  if (!offer) return undefined;
  const tools = toolsOf(upstream, offer.tools);
  return {
    ...costOf(tools),
    findings: tools.flatMap(([name, tool]) => [...lintTool(name, tool), ...lintOwnName(upstream, name, String(tool['name']))]),
  };
}

/** Tools with their names at `/mcp`. */
function toolsOf({ prefix }: Upstream, tools: readonly Loose[]): [string, Loose][] {
  return tools.map((tool) => [shownName(prefix, String(tool['name'])), tool]);
}

/** The list of all servers at `/mcp`, as far as it is known now. */
export function surveyKnown(upstreams: readonly Upstream[]): Omit<Survey, 'costs'> {
  const listed = upstreams.flatMap((upstream) =>
    toolsOf(upstream, upstream.known()?.tools ?? []).filter(([, tool]) => upstream.isMinor?.(String(tool['name'])) !== true),
  );
  const { tools, tokens } = costOf(listed);
  return { tools, tokens, findings: lintCount(tools) };
}

/** What clients see at a view. */
export async function surveyView(view: View): Promise<Survey> {
  const catalog = await view.catalog();
  const listed: readonly [string, Loose][] = view.isSearched()
    ? searchList(catalog, () => true).map((tool) => [String(tool['name']), tool])
    : [...catalog.tools].map(([name, { shown }]) => [name, shown]);
  return { ...costOf(listed), findings: [...lintCount(listed.length), ...lintCollisions(catalog), ...toolFindings(catalog)] };
}

function toolFindings(catalog: Catalog): Finding[] {
  return [...catalog.tools].flatMap(([name, { shown }]) => lintTool(name, shown));
}

function lintTool(name: string, tool: Loose): Finding[] {
  return [...lintName(name), ...lintSchemas(name, tool)];
}

/** At `/mcp/<server>` a tool has its own name, with whatever is in it. */
function lintOwnName({ name: server, prefix }: Upstream, name: string, own: string): Finding[] {
  if (prefix === '' || lintName(own).every(({ rule }) => rule !== 'name')) return [];
  const message = `At /mcp/${server} its name is ${JSON.stringify(own.slice(0, 80))}, which the model APIs do not take. Rename it with "tools".`;
  return [{ rule: 'own-name', tool: name, message, clients: ['Claude', 'OpenAI', 'VS Code'] }];
}

function lintCollisions({ collisions }: Catalog): Finding[] {
  return collisions.map(({ name, upstream, tool }) => ({
    rule: 'collision',
    tool: name,
    message: tool
      ? `The profile gives this name to "${tool}", and another tool has it: "${tool}" is left out.`
      : `The name is given twice; this one, of the server "${upstream}", is left out. Rename it with "tools".`,
    clients: ['all'],
  }));
}

function costOf(tools: readonly (readonly [string, Loose])[]): Pick<Survey, 'tools' | 'tokens' | 'costs'> {
  const costs = tools.map(([name, tool]) => [name, tokensOf(tool)] as const).toSorted(([, a], [, b]) => b - a);
  return { tools: costs.length, tokens: costs.reduce((sum, [, tokens]) => sum + tokens, 0), costs: Object.fromEntries(costs) };
}
