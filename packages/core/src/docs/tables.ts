/** A server's tools and options as Markdown tables, for its README. */
import { type OptionTable, toEnvNames, toFlag } from '../config/options.ts';
import { toListedTool } from '../mcp/schema.ts';
import type { ServerDefinition } from '../server.ts';
import type { Tool } from '../tool.ts';

/** One row a tool: name, what it does, arguments (optional ones with `?`), effect. */
export function toolTable(server: ServerDefinition): string {
  const rows = (server.tools as readonly Tool[]).map((tool) => {
    const { inputSchema } = toListedTool(tool);
    const required = new Set(Array.isArray(inputSchema['required']) ? inputSchema['required'].map(String) : []);
    const args = Object.keys(tool.input.shape).map((name) => `\`${name}${required.has(name) ? '' : '?'}\``);
    const group = tool.group === undefined ? '' : ` (\`--caps ${tool.group}\`)`;
    return [`\`${tool.name}\`${group}`, firstSentence(tool.description), args.join(', '), tool.effect];
  });
  return table(['Tool', 'What it does', 'Arguments', 'Effect'], rows);
}

/** One row an option: flag, environment variable, default, what it does. */
export function optionTable(options: OptionTable, envPrefix = ''): string {
  const rows = Object.entries(options).map(([name, row]) => {
    const absent = row.schema.safeParse(undefined);
    const shown = row.secret === true || !absent.success || absent.data === undefined ? '' : `\`${JSON.stringify(absent.data)}\``;
    const variables = toEnvNames(envPrefix, name, row).map((variable) => `\`${variable}\``);
    return [`\`--${toFlag(name)}${row.boolean ? '' : ` ${row.placeholder ?? 'VALUE'}`}\``, variables.join(', '), shown, row.description];
  });
  return table(['Flag', 'Environment', 'Default', 'What it does'], rows);
}

/** A Markdown table; pipes and line breaks in cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
