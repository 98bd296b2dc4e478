/** Reads configuration: flags > environment > file > defaults. The only place that reads process.env. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ToolError } from '../errors.ts';
import { type OptionTable, type OptionValues, toEnvNames, toFlag } from './options.ts';

/** Where values come from. */
export interface Sources {
  /** Command-line arguments without node and script. Default none. */
  argv?: readonly string[];
  /** Default: the environment of this process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Values of the configuration file, by option name. Default none. */
  file?: Readonly<Record<string, unknown>>;
  /** Middle part of the environment variables (`SHELL` → `SANDLOT_SHELL_…`). Default empty. */
  envPrefix?: string;
}

/** The environment of this process. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/**
 * Loads the options of a table.
 *
 * @returns the parsed values and what was left of the command line
 * @throws ToolError INVALID_ARGUMENT naming the flag, variable or key, its value and what is wrong with it
 */
export function loadOptions<T extends OptionTable>(table: T, sources: Sources = {}): { values: OptionValues<T>; positionals: string[] } {
  const env = sources.env ?? environment();
  const flags = parseFlags(table, sources.argv ?? []);
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(sources.file ?? {})) {
    if (!(key in table)) throw new ToolError('INVALID_ARGUMENT', `Unknown key "${key}" in the configuration file.`);
  }
  for (const [name, row] of Object.entries(table)) {
    const variable = toEnvNames(sources.envPrefix ?? '', name, row).find(
      (candidate) => env[candidate] !== undefined && env[candidate] !== '',
    );
    const [origin, raw] =
      flags.values[name] !== undefined
        ? [`--${toFlag(name)}`, flags.values[name]]
        : variable
          ? [variable, row.boolean ? toBoolean(variable, env[variable] ?? '') : env[variable]]
          : [`"${name}" in the configuration file`, sources.file?.[name]];
    const parsed = row.schema.safeParse(raw);
    if (!parsed.success) {
      const shown = row.secret ? '' : ` ${JSON.stringify(raw)}`;
      throw new ToolError('INVALID_ARGUMENT', `${origin}${shown}: ${z.prettifyError(parsed.error).replace(/^✖ /, '')}`);
    }
    values[name] = parsed.data;
  }
  return { values: Object.freeze(values) as OptionValues<T>, positionals: flags.positionals };
}

function parseFlags(table: OptionTable, argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(table).map(([name, row]) => [toFlag(name), { type: row.boolean ? ('boolean' as const) : ('string' as const) }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, allowNegative: true });
    const byName = Object.fromEntries(Object.keys(table).map((name) => [name, values[toFlag(name)]]));
    return { values: byName, positionals };
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', error instanceof Error ? error.message : String(error), { advice: 'See --help.' });
  }
}

function toBoolean(name: string, value: string): boolean {
  if (/^(1|true|yes|on)$/i.test(value)) return true;
  if (/^(0|false|no|off)$/i.test(value)) return false;
  throw new ToolError('INVALID_ARGUMENT', `${name} "${value}": expected true or false.`);
}
