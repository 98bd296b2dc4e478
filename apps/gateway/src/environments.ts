/** What of the gateway's environment its servers get. */
import { environment } from '@sandlot/core/config';
import type { GatewayValues } from './config/options.ts';

/** The servers get the gateway's environment without its secrets. */
export function serverEnvironment({ keys = [] }: GatewayValues): Record<string, string | undefined> {
  const secrets = new Set([
    'SANDLOT_API_KEY',
    'SANDBOX_API_KEY',
    'SANDLOT_API_KEYS',
    'SANDLOT_AUDIT_HASH_KEY',
    'SANDLOT_HTTP',
    'OTEL_SERVICE_NAME',
  ]);
  for (const { env } of keys) if (env !== undefined) secrets.add(env);
  return Object.fromEntries(Object.entries(environment()).filter(([name]) => !secrets.has(name)));
}

/** What servers that a user added get: the usual few variables, and what their entry names. */
export function foreignEnvironment(): Record<string, string | undefined> {
  const env = environment();
  const names = [
    'PATH',
    'HOME',
    'USER',
    'LOGNAME',
    'SHELL',
    'TERM',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'NODE_EXTRA_CA_CERTS',
  ];
  return Object.fromEntries(names.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]));
}

/** The keys that the gateway was given: they must never be recorded or shown. */
export function secretValues({ apiKey, auditHashKey, keys = [] }: GatewayValues): string[] {
  const env = environment();
  return [apiKey, auditHashKey, ...keys.map((key) => (key.env === undefined ? undefined : env[key.env]))].filter(
    (value) => value !== undefined,
  );
}
