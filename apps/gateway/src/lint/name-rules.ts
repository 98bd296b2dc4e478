/** Names and numbers of tools that known clients do not take. */
import { maxNameLength } from '../mcp/names.ts';
import type { Finding } from './finding.ts';

/** What the model APIs take. */
const legal = new RegExp(`^[a-zA-Z0-9_-]{1,${maxNameLength}}$`);
/** Claude Code puts this before a name; with it, the model API's limit holds. */
const clientPrefix = 'mcp__sandlot__';

/** How many tools clients take. */
const counts = [
  { most: 128, client: 'VS Code', what: 'refuses requests with more' },
  { most: 100, client: 'Claude Desktop', what: 'was seen to stop there' },
  { most: 40, client: 'Cursor', what: 'was seen to leave out more, before it loaded tools on demand' },
] as const;

/** Looks at the name of a tool. */
export function lintName(name: string): Finding[] {
  if (!legal.test(name)) {
    const message = `The name has ${name.length > maxNameLength ? `${name.length} characters` : 'characters'} that the model APIs do not take: at most ${maxNameLength} of a-z, A-Z, 0-9, _ and -.`;
    return [{ rule: 'name', tool: name, message, clients: ['Claude', 'OpenAI', 'VS Code'] }];
  }
  const length = clientPrefix.length + name.length;
  if (length <= maxNameLength) return [];
  const message = `With "${clientPrefix}" before it, the name has ${length} characters; model APIs take ${maxNameLength}.`;
  return [{ rule: 'long-name', tool: name, message, clients: ['Claude Code'] }];
}

/** Looks at the number of tools of a view. */
export function lintCount(tools: number): Finding[] {
  return counts
    .filter(({ most }) => tools > most)
    .map(({ most, client, what }) => ({
      rule: 'count',
      message: `${tools} tools: ${client} ${what} (${most}). Narrow the view with a profile, ?servers= or ?tools=.`,
      clients: [client],
    }));
}
