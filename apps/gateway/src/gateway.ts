/** Puts the gateway together: upstreams, view, app. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createLog, type Log, ToolError } from '@sandlot/core';
import { environment, type OptionValues, toFlag } from '@sandlot/core/config';
import { type HttpListening, isLoopback, listenHttp } from '@sandlot/core/http';
import { createApp } from './app.ts';
import { defaultStateDir, generatedKey } from './config/key.ts';
import type { gatewayOptions, ServerSettings } from './config/options.ts';
import { createViews, type Views } from './mcp/views.ts';
import type { InstalledServer } from './servers.ts';
import { OwnServer } from './upstreams/own-server.ts';
import { Registry } from './upstreams/registry.ts';

/** Version of Sandlot. */
export const version = '0.1.0';

/** The gateway's options, parsed. */
export type GatewayValues = OptionValues<typeof gatewayOptions>;

/** A gateway without its front doors. */
export interface Gateway extends AsyncDisposable {
  readonly registry: Registry;
  readonly views: Views;
  readonly workspace: string;
  readonly log: Log;
}

/** What the configuration file says about servers. */
export interface GatewaySettings {
  /** Options of our servers. */
  readonly servers?: ServerSettings;
  /** The user's own servers, in the form of MCP clients. */
  readonly mcpServers?: Readonly<Record<string, unknown>>;
}

/** Makes the upstreams and the views. Starts no server. */
export async function createGateway(
  values: GatewayValues,
  settings: GatewaySettings,
  servers: readonly InstalledServer[],
): Promise<Gateway> {
  const log = createLog({ name: 'gateway', level: values.logLevel });
  const workspace = resolve(values.workspace);
  await mkdir(workspace, { recursive: true });
  const runDir = await mkdtemp(join(tmpdir(), 'sandlot-'));
  const own = servers.map(
    ({ server, bin }) =>
      new OwnServer({ ...toServerOptions(settings.servers?.[server.name] ?? {}, values, workspace), server, bin, runDir, log }),
  );
  const registry = new Registry(own, { env: foreignEnvironment(), workspace, maxMessageBytes: maxMessageBytes(values), log });
  await registry.configure(settings.mcpServers ?? {});
  return {
    log,
    workspace,
    registry,
    views: createViews(registry, version),
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]();
      await rm(runDir, { recursive: true, force: true });
    },
  };
}

function maxMessageBytes({ requestBytes }: GatewayValues): number {
  return Math.max(requestBytes, 16 * 1024 * 1024);
}

function toServerOptions(settings: Readonly<Record<string, unknown>>, values: GatewayValues, workspace: string) {
  const { caps: rawCaps, ...options } = settings;
  const caps = typeof rawCaps === 'string' ? rawCaps.split(',') : Array.isArray(rawCaps) ? rawCaps.map(String) : [];
  const flags = Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'boolean'
      ? [`--${value ? '' : 'no-'}${toFlag(name)}`]
      : [`--${toFlag(name)}=${Array.isArray(value) ? value.join(',') : String(value)}`],
  );
  return {
    caps,
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
    env: serverEnvironment(),
    idleMs: values.idleMs,
    startTimeoutMs: values.startTimeoutMs,
    maxMessageBytes: maxMessageBytes(values),
  };
}

/** The servers get the gateway's environment without its secrets. */
function serverEnvironment(): Record<string, string | undefined> {
  const secrets = new Set(['SANDLOT_API_KEY', 'SANDBOX_API_KEY', 'SANDLOT_HTTP', 'OTEL_SERVICE_NAME']);
  return Object.fromEntries(Object.entries(environment()).filter(([name]) => !secrets.has(name)));
}

/** What servers that a user added get: the usual few variables, and what their entry names. */
function foreignEnvironment(): Record<string, string | undefined> {
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

/** A gateway that listens. */
export interface ListeningGateway {
  readonly http: HttpListening;
  /** The key that callers must send; undefined without authentication. */
  readonly apiKey: string | undefined;
  /** True when the key was made here rather than given. */
  readonly generated: boolean;
  /** Stops listening and ends the sessions. */
  close(): Promise<void>;
}

/**
 * Listens for HTTP.
 *
 * @throws ToolError INVALID_ARGUMENT when it would be open to others without a key
 */
export async function listenGateway(gateway: Gateway, values: GatewayValues): Promise<ListeningGateway> {
  const loopback = isLoopback(values.host);
  if (values.auth === 'none' && !loopback) {
    throw new ToolError('INVALID_ARGUMENT', `SANDLOT_AUTH=none is refused on "${values.host}", which others can reach.`, {
      advice: 'Listen on 127.0.0.1, or leave SANDLOT_AUTH away and use the key.',
    });
  }
  const generated = values.auth === 'key' && values.apiKey === undefined;
  const apiKey =
    values.auth === 'none' ? undefined : (values.apiKey ?? (await generatedKey(resolve(values.stateDir ?? defaultStateDir()))));
  const hosts = loopback || values.allowedHosts.length > 0 ? ['localhost', '127.0.0.1', '[::1]', values.host, ...values.allowedHosts] : [];
  const { registry, views, log } = gateway;
  const sessions = { idleMs: values.sessionIdleMs, max: values.maxSessions };
  const { app, close } = createApp({
    registry,
    views,
    apiKey,
    hosts,
    sessions,
    maxRequestBytes: values.requestBytes,
    isReady: () => true,
    log,
  });
  const http = await listenHttp(app, values);
  return {
    http,
    apiKey,
    generated,
    async close() {
      await close();
      await http.close();
    },
  };
}
