/** Prints an option table for `--help`. */
import { type OptionTable, toEnvNames, toFlag } from './options.ts';

/** Two columns: the flag, and what it does with its default and environment variable. */
export function optionsHelp(table: OptionTable, envPrefix = ''): string {
  const rows = Object.entries(table).map(([name, row]): [string, string] => {
    const value = row.boolean ? '' : ` ${row.placeholder ?? 'VALUE'}`;
    const absent = row.secret ? undefined : defaultOf(row.schema.safeParse(undefined));
    const facts = [absent === undefined ? '' : `default ${absent}`, toEnvNames(envPrefix, name, row).join(', ')].filter(Boolean);
    return [`--${toFlag(name)}${value}`, `${row.description} (${facts.join('; ')})`];
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, text]) => `  ${flag.padEnd(width)}  ${text}`).join('\n');
}

function defaultOf(parsed: { success: boolean; data?: unknown }): string | undefined {
  if (!parsed.success || parsed.data === undefined) return undefined;
  return typeof parsed.data === 'string' ? parsed.data : JSON.stringify(parsed.data);
}
