/** What our servers are started with, from the gateway's options and `servers` of the configuration file. */
import type { ServerDefinition } from '@sandlot/core';
import { toFlag } from '@sandlot/core/config';
import { capsOf, type GatewayValues } from './config/options.ts';
import { serverEnvironment } from './environments.ts';

/** Longest message of a server, in bytes. */
export function maxMessageBytes({ requestBytes }: GatewayValues): number {
  return Math.max(requestBytes, 16 * 1024 * 1024);
}

/** Options of an upstream for one of our servers. @param settings what the file says of it */
export function toServerOptions(
  { options: table }: ServerDefinition,
  settings: Readonly<Record<string, unknown>>,
  values: GatewayValues,
  workspace: string,
) {
  const { caps: rawCaps, ...options } = settings;
  const caps = capsOf(rawCaps);
  const flags = Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'boolean'
      ? [`--${value ? '' : 'no-'}${toFlag(name)}`]
      : [`--${toFlag(name)}=${Array.isArray(value) ? value.join(table[name]?.separator ?? ',') : String(value)}`],
  );
  return {
    caps,
    outputSchemas: values.outputSchemas,
    user: values.agentUser,
    args: [
      '--workspace',
      workspace,
      '--request-bytes',
      String(values.requestBytes),
      '--log-level',
      values.logLevel,
      ...(caps.length > 0 ? ['--caps', caps.join(',')] : []),
      ...flags,
    ],
    env: serverEnvironment(values),
    idleMs: values.idleMs,
    startTimeoutMs: values.startTimeoutMs,
    maxMessageBytes: maxMessageBytes(values),
  };
}
