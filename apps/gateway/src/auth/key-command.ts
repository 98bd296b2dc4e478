/** `sandlot key create`: makes a key, shows it once, and shows the entry for `sandlot.json`, which holds its hash only. */
import { parseArgs } from 'node:util';
import { ToolError } from '@sandlot/core';
import { digestOf, newKey } from './keys.ts';
import { isScope } from './scopes.ts';

const usage = `Usage: sandlot key create ID --scopes SCOPES [--expires WHEN]

  ID        a name for the caller: letters, digits, dots, dashes
  --scopes  what it may do, separated by commas: file:read, file:*, *:read, or * for everything
  --expires when it ends: a number of days such as 90d, or a date such as 2027-01-31; never unless set
`;

/**
 * Runs the command.
 *
 * @param argv the words after `sandlot key`
 * @throws ToolError INVALID_ARGUMENT naming what is wrong
 */
export function keyCommand(argv: readonly string[], write: (text: string) => void = (text) => void process.stdout.write(text)): void {
  if (argv.includes('--help') || argv.length === 0) return write(usage);
  const { positionals, values } = parse(argv);
  const [verb, id = '', ...more] = positionals;
  if (verb !== 'create' || more.length > 0) throw invalid(`Unknown words: ${positionals.join(' ')}.`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(id)) throw invalid(`The id "${id}" has other than letters, digits, dots and dashes.`);
  const scopes = (values.scopes ?? '')
    .split(',')
    .map((scope) => scope.trim())
    .filter(Boolean);
  if (scopes.length === 0) throw invalid('A key without --scopes may do nothing.');
  const wrong = scopes.find((scope) => !isScope(scope));
  if (wrong !== undefined) throw invalid(`"${wrong}" is no scope.`);
  const key = newKey();
  const expires = values.expires === undefined ? undefined : toDate(values.expires);
  const entry = { id, hash: `sha256:${digestOf(key).toString('hex')}`, scopes, ...(expires !== undefined && { expires }) };
  write(`The key, shown this once:\n  ${key}\n\nIts entry for "auth": { "keys": [...] } in sandlot.json:\n  ${JSON.stringify(entry)}\n`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: { scopes: { type: 'string' }, expires: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function toDate(text: string): string {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const time = days === undefined ? Date.parse(text) : Date.now() + Number(days) * 86_400_000;
  if (!(time > Date.now())) throw invalid(`--expires "${text}" is not a time to come.`);
  return new Date(time).toISOString();
}

function invalid(message: string): ToolError {
  return new ToolError('INVALID_ARGUMENT', message, { advice: 'See `sandlot key --help`.' });
}
