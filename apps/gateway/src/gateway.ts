/** Puts the gateway together: upstreams, view, app. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createLog, type Log, ToolError } from '@sandlot/core';
import { environment } from '@sandlot/core/config';
import { type HttpListening, isLoopback } from '@sandlot/core/http';
import { traceSocketVariable } from '@sandlot/core/telemetry';
import { type App, createApp } from './app.ts';
import { createAnchors } from './audit/anchors.ts';
import { createCleaner } from './audit/secrets.ts';
import { openAudit } from './audit/trail.ts';
import type { KeyEntry } from './auth/keys.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import { anchorPlaces, toAuditOptions } from './config/audit.ts';
import { hasCredentials, toAuthConfig, toKeys, toOAuthResource } from './config/auth.ts';
import { defaultStateDir, generatedKey } from './config/key.ts';
import type { GatewayValues, ServerSettings } from './config/options.ts';
import type { Profiles } from './config/profiles.ts';
import { foreignEnvironment, secretValues } from './environments.ts';
import { listenApp } from './listen.ts';
import { auditGuard, type Guard, openGuard } from './mcp/guard.ts';
import { createViews, type Views } from './mcp/views.ts';
import { countBoot } from './metrics/boots.ts';
import { GatewayMetrics } from './metrics/look.ts';
import type { InstalledServer } from './servers.ts';
import { ResultFolder } from './spill/result-folder.ts';
import { spillGuard } from './spill/spill.ts';
import { AddedServersFile } from './upstreams/added-servers.ts';
import { ServerAdmin } from './upstreams/admin.ts';
import { ownSocketRoutes } from './sockets/own.ts';
import type { SocketRoute } from './sockets/route.ts';
import { entrySecrets } from './upstreams/entry-secrets.ts';
import { receiveSpans } from './traces/receiver.ts';
import { OwnPorts } from './ui/own-ports.ts';
import { RecentCalls } from './ui/recent-calls.ts';
import { Uis } from './ui/uis.ts';
import type { TraceStore } from './traces/store.ts';
import { checkUsers } from './upstreams/as-user.ts';
import { maxMessageBytes, toServerOptions } from './server-options.ts';
import { OwnServer } from './upstreams/own-server.ts';
import { pinFolder } from './upstreams/pin-file.ts';
import { Registry } from './upstreams/registry.ts';
import { watchPins } from './upstreams/watch-pins.ts';

/** Version of Sandlot. */
export const version = '0.1.0';

export type { GatewayValues } from './config/options.ts';

/** A gateway without its front doors. */
export interface Gateway extends AsyncDisposable {
  readonly registry: Registry;
  /** Adds, removes and switches servers, and approves what waits. */
  readonly admin: ServerAdmin;
  readonly views: Views;
  /** WebSockets of the servers. */
  readonly sockets: readonly SocketRoute[];
  /** Stands before every call. */
  readonly guard: Guard;
  /** Ports that are not previewed. */
  readonly ownPorts: OwnPorts;
  /** The last calls. */
  readonly calls: RecentCalls;
  readonly workspace: string;
  /** Values that must never leave the gateway: its keys. */
  readonly secrets: Set<string>;
  readonly metrics: GatewayMetrics;
  /** The last traces; undefined when none are kept. */
  readonly traces: TraceStore | undefined;
  /** Prints checkpoints of the audit trail from now on. */
  readonly showAnchors: () => void;
  readonly log: Log;
}

/** What the configuration file says about servers. */
export interface GatewaySettings {
  /** Options of our servers. */
  readonly servers?: ServerSettings;
  /** The user's own servers, in the form of MCP clients. */
  readonly mcpServers?: Readonly<Record<string, unknown>>;
  /** Views of the operator. */
  readonly profiles?: Profiles;
}

/** Makes the upstreams and the views. Starts no server. @param traces keeps the spans of our servers. Default: nobody does */
export async function createGateway(
  values: GatewayValues,
  settings: GatewaySettings,
  servers: readonly InstalledServer[],
  traces?: TraceStore,
): Promise<Gateway> {
  const secrets = new Set(secretValues(values));
  const clean = createCleaner(secrets);
  const writeLog = (text: string) => void process.stderr.write(clean(text));
  const log = createLog({ name: 'gateway', level: values.logLevel, write: writeLog });
  checkUsers({ 'agent-user': values.agentUser, 'upstream-user': values.upstreamUser });
  const workspace = resolve(values.workspace);
  await mkdir(workspace, { recursive: true }).catch((error: unknown) => {
    throw new ToolError(
      'FAILED_PRECONDITION',
      `The workspace "${workspace}" cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error, advice: 'Choose another folder with --workspace.' },
    );
  });
  const anchors = createAnchors(anchorPlaces(values));
  const audit = toAuditOptions(values, settings, () => [...secrets]);
  const trail = values.audit === 'on' ? await openAudit({ ...audit, version, log, onCheckpoint: anchors.take }) : undefined;
  const runDir = await mkdtemp(join(tmpdir(), 'sandlot-'));
  // Servers under a user of their own make their sockets there by its group, which is the gateway's.
  if (values.agentUser !== undefined) await chmod(runDir, 0o770);
  const spanSocket = join(runDir, 'spans.sock');
  const receiving = traces && (await receiveSpans(spanSocket, traces));
  const own = servers.map(({ server, bin }) => {
    const { env, ...options } = toServerOptions(server, settings.servers?.[server.name] ?? {}, values, workspace);
    return new OwnServer({
      ...options,
      env: { ...env, ...(traces && { [traceSocketVariable]: spanSocket }) },
      server,
      bin,
      runDir,
      log,
      writeLog,
    });
  });
  const stateDir = resolve(values.stateDir ?? defaultStateDir());
  const boots = await countBoot(stateDir);
  const rules = { allowStdio: values.allowStdioAdmin, allowPrivate: values.allowPrivateUpstreams, pinFolder: pinFolder(stateDir) };
  const registry = new Registry(own, {
    ...rules,
    env: foreignEnvironment(),
    user: values.upstreamUser,
    folder: dirname(resolve(values.config)),
    maxMessageBytes: maxMessageBytes(values),
    clean,
    log,
  });
  const added = new AddedServersFile(stateDir);
  await registry.configureAdded(await added.read());
  await registry.configure(settings.mcpServers ?? {});
  const learn = () => entrySecrets(registry.entries).forEach((secret) => secrets.add(secret));
  learn();
  registry.onChange(learn);
  const calls = new RecentCalls();
  const ownPorts = new OwnPorts(values.blockedPorts);
  ownPorts.addUrls(() => [...registry.entries.served.values()].flatMap(({ entry }) => ('url' in entry ? [entry.url] : [])));
  ownPorts.addUrls(() => Object.values(settings.servers ?? {}).flatMap((options) => Object.values(options).map(String)));
  const watching = await watchPins(rules.pinFolder, registry);
  const metrics = new GatewayMetrics({ registry, own, workspace, trail, boots });
  return {
    log,
    metrics,
    ownPorts,
    calls,
    traces,
    workspace,
    secrets,
    showAnchors: anchors.show,
    registry,
    admin: new ServerAdmin(registry, added, rules),
    views: createViews(registry, version, settings.profiles),
    sockets: ownSocketRoutes(own),
    guard: calls.watch(
      spillGuard(trail ? auditGuard(trail) : openGuard, {
        maxBytes: values.resultBytes,
        folder: new ResultFolder(workspace, values.keptResultBytes),
        log,
      }),
    ),
    async [Symbol.asyncDispose]() {
      watching[Symbol.dispose]();
      await registry[Symbol.asyncDispose]();
      await trail?.[Symbol.asyncDispose]();
      await receiving?.[Symbol.asyncDispose]();
      metrics[Symbol.dispose]();
      await boots?.[Symbol.asyncDispose]();
      await rm(runDir, { recursive: true, force: true });
    },
  };
}

/** A gateway that listens. */
export interface ListeningGateway {
  readonly http: HttpListening;
  /** The key that callers must send; undefined without authentication. */
  readonly apiKey: string | undefined;
  /** True when the key was made here rather than given. */
  readonly generated: boolean;
  /**
   * Takes the keys of a new configuration; all else of it is for the next start.
   *
   * @returns puts them into force: what goes on with a key that is gone, ends
   * @throws ToolError INVALID_ARGUMENT for an entry that cannot be meant
   */
  readonly takeKeys: (values: GatewayValues) => () => void;
  /** Stops listening and ends the sessions. */
  readonly close: () => Promise<void>;
}

/** The app of a gateway, and the key that opens it. */
export interface GatewayApp extends Omit<ListeningGateway, 'http'>, Pick<App, 'app' | 'shortWay' | 'close'> {}

/**
 * Makes the app with its policy.
 *
 * @throws ToolError INVALID_ARGUMENT when it would be open to others without a key, or the policy cannot be what was meant
 */
export async function createGatewayApp(gateway: Gateway, values: GatewayValues, ticketPaths: readonly string[] = []): Promise<GatewayApp> {
  const loopback = isLoopback(values.host);
  if (values.auth === 'none' && !loopback) {
    throw new ToolError('INVALID_ARGUMENT', `SANDLOT_AUTH=none is refused on "${values.host}", which others can reach.`, {
      advice: 'Listen on 127.0.0.1, or leave SANDLOT_AUTH away and use the key.',
    });
  }
  const generated = values.auth === 'key' && !hasCredentials(values);
  const apiKey = generated ? await generatedKey(resolve(values.stateDir ?? defaultStateDir())) : values.apiKey;
  if (apiKey !== undefined) gateway.secrets.add(apiKey);
  const auth = await toAuthConfig(values, apiKey, environment());
  const { registry, admin, views, guard, metrics, traces, log } = gateway;
  const uis = new Uis({
    workspace: gateway.workspace,
    basePath: values.basePath,
    idleMs: values.uiIdleMs,
    startTimeoutMs: values.startTimeoutMs,
    user: values.agentUser,
    asksForKey: auth.required,
    ports: gateway.ownPorts,
    calls: gateway.calls,
    log,
  });
  const { close, replaceKeys, ...app } = createApp({
    uis,
    registry,
    admin,
    views,
    guard,
    telemetry: { metrics, traces },
    sockets: gateway.sockets,
    sessions: { idleMs: values.sessionIdleMs, max: values.maxSessions },
    authenticator: await createAuthenticator(auth),
    oauth: toOAuthResource(values),
    hosts: { names: values.allowedHosts, plain: !loopback },
    ticketPaths,
    maxRequestBytes: values.requestBytes,
    isReady: () => true,
    log,
  });
  return {
    ...app,
    async close() {
      await close();
      await uis.close();
    },
    apiKey: auth.required ? apiKey : undefined,
    generated,
    takeKeys(changed) {
      const keys = toKeys(changed, apiKey, environment());
      return () => {
        replaceKeys(keys);
        void recordKeys(gateway, keys);
      };
    },
  };
}

/** Who is let in from now on belongs into the audit trail. A key that is taken back is so, even where that cannot be recorded. */
async function recordKeys({ guard, log }: Gateway, keys: readonly KeyEntry[]): Promise<void> {
  const args = { principals: keys.map(({ id, scopes }) => ({ id, scopes })) };
  try {
    const entry = await guard.begin({ principal: 'operator', server: 'gateway', tool: 'keys', method: 'reload', args });
    entry.end({ outcome: 'ok', durationMs: 0 });
  } catch (error) {
    log.error('a change of keys could not be recorded', { error });
  }
}

/** Listens for HTTP. @throws ToolError INVALID_ARGUMENT for a policy that is refused, UNAVAILABLE when the port is taken */
export async function listenGateway(gateway: Gateway, values: GatewayValues): Promise<ListeningGateway> {
  const { app, shortWay, close, ...facts } = await createGatewayApp(gateway, values);
  const http = await listenApp(app, values, shortWay);
  return {
    ...facts,
    http,
    async close() {
      await close();
      await http.close();
    },
  };
}
