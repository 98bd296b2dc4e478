/** Secrets that stand in the entries of added servers: they must not appear in logs, in the audit trail or in the state of servers. */
import { isSecretName } from '../audit/redact.ts';
import type { Entries } from './entries.ts';
import type { ServerEntry } from './settings.ts';

/** Headers that hold no secret. */
const plainHeaders = /^(?:accept|accept-language|content-type|user-agent)$/i;

/** Values that are secret by where they stand or by their names. */
export function entrySecrets({ served, disabled }: Entries): readonly string[] {
  return [...served.values(), ...disabled.values()].flatMap(({ entry }) => secretsOf(entry)).filter((value) => value !== '');
}

function secretsOf(entry: ServerEntry): readonly string[] {
  if ('command' in entry) {
    const { env, args } = entry;
    const variables = Object.entries(env).flatMap(([name, value]) => (isSecretName(name) ? [bare(value)] : passwordsIn(value)));
    return [...variables, ...args.flatMap((arg, index) => [...ofFlag(arg, args[index + 1]), ...passwordsIn(arg)])];
  }
  const headers = Object.entries(entry.headers).flatMap(([name, value]) => (plainHeaders.test(name) ? [] : [bare(value)]));
  const query = [...new URL(entry.url).searchParams].flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
  return [...headers, ...query, ...passwordsIn(entry.url)];
}

function bare(value: string): string {
  return value.replace(/^(?:Bearer|Basic) +/i, '');
}

/** `--token=x`, or `--token x`. */
function ofFlag(arg: string, next: string | undefined): string[] {
  const [, name = '', value = next] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
  return isSecretName(name) && value !== undefined ? [value] : [];
}

/** The password of a URL such as that of a database, as it stands and decoded. */
function passwordsIn(text: string): string[] {
  const [, password] = /^[a-z][\w+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(text) ?? [];
  return password === undefined ? [] : [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
