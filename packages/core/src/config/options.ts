/** Options as data: one row gives the flag, the environment variable, the default, the check and the docs. */
import type { z } from 'zod';

/** One option. */
export interface OptionRow {
  /** For `--help` and the docs: what it does, with units. */
  readonly description: string;
  /** Checks the value and fills in the default. Values from flags and environment arrive as strings: use `z.coerce`. */
  readonly schema: z.ZodType;
  /** Environment variable. Default: `SANDLOT_<SERVER>_<NAME>`. */
  readonly env?: string | readonly string[];
  /** True for an option without a value: `--isolated`. */
  readonly boolean?: boolean;
  /** How the value is called in `--help`. Default `VALUE`. */
  readonly placeholder?: string;
  /** What stands between the values of a list on the command line. Default `,`. */
  readonly separator?: string;
  /** True when the value must never be shown. */
  readonly secret?: boolean;
}

/** Options by name; the name in camelCase becomes the flag in kebab-case. */
export type OptionTable = Readonly<Record<string, OptionRow>>;

/** The parsed values of a table. */
export type OptionValues<T extends OptionTable> = { readonly [K in keyof T]: z.output<T[K]['schema']> };

/** `userDataDir` → `user-data-dir`. */
export function toFlag(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Environment variables of an option, first wins. */
export function toEnvNames(prefix: string, name: string, row: OptionRow): readonly string[] {
  if (row.env !== undefined) return typeof row.env === 'string' ? [row.env] : row.env;
  return [`SANDLOT_${prefix ? `${prefix}_` : ''}${toFlag(name).replaceAll('-', '_')}`.toUpperCase()];
}
