/** The command `sandlot`: read the configuration, build, listen, stop. */
import { resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { endSignal, requireNode } from '@sandlot/core/cli';
import { loadOptions, optionsHelp, readConfigFile } from '@sandlot/core/config';
import { startTelemetry } from '@sandlot/core/telemetry';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { flattenAudit } from './config/audit.ts';
import { flattenAuth } from './config/auth.ts';
import { keyCommand } from './auth/key-command.ts';
import { localPrincipal } from './auth/principal.ts';
import { gatewayOptions, parseMcpServers, parseServerSettings } from './config/options.ts';
import { parseProfiles } from './config/profiles.ts';
import { createGateway, type Gateway, type GatewayValues, listenGateway, type ListeningGateway, version } from './gateway.ts';
import { createRelayServer } from './mcp/relay-server.ts';
import { type Taker, watchServers } from './config/watch.ts';
import { ownServers, selectServers } from './servers.ts';
import { settleLater } from './settle.ts';
import { TraceStore } from './traces/store.ts';
import { welcome } from './welcome.ts';

const defaultConfig = gatewayOptions.config.schema.parse(undefined);

/** Runs the gateway until a signal comes. */
export async function main(argv: readonly string[]): Promise<void> {
  requireNode('sandlot');
  const [command, ...rest] = argv;
  if (command === 'audit') return void (process.exitCode = await (await import('./commands/audit.ts')).auditCommand(rest));
  if (argv.includes('--version')) return void process.stdout.write(`${version}\n`);
  if (argv.includes('--help') && command !== 'key' && command !== 'approve' && command !== 'lint' && command !== 'doctor')
    return void process.stdout.write(
      `Sandlot ${version}\n\nUsage: sandlot [options]\n       sandlot key create ID --scopes SCOPES\n       sandlot audit verify\n       sandlot approve [SERVER [TOOL]]\n       sandlot lint\n       sandlot doctor\n\n${optionsHelp(gatewayOptions)}\n  --help, --version\n`,
    );
  try {
    if (command === 'key') keyCommand(rest);
    else if (command === 'approve') await (await import('./commands/approve.ts')).approveCommand(rest);
    else if (command === 'lint') process.exitCode = await (await import('./commands/lint.ts')).lintCommand(rest);
    else if (command === 'doctor') process.exitCode = await (await import('./commands/doctor.ts')).doctorCommand(rest);
    else await run(argv);
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    process.stderr.write(`sandlot: ${error.message}\n${error.advice}\n`);
    process.exitCode = 2;
  }
}

async function run(argv: readonly string[]): Promise<void> {
  const { config: path } = loadOptions(
    { config: gatewayOptions.config },
    { argv: argv.filter((word, index) => word.startsWith('--config') || argv[index - 1] === '--config') },
  ).values;
  const config = await readConfigFile(resolve(path));
  if (!config && path !== defaultConfig) throw new ToolError('INVALID_ARGUMENT', `There is no configuration file "${resolve(path)}".`);
  const { servers, mcpServers, profiles } = config ?? {};
  const { values, positionals } = optionsOf(argv, config ?? {});
  if (positionals.length > 0)
    throw new ToolError('INVALID_ARGUMENT', `Unexpected argument "${positionals[0]}".`, { advice: 'See --help.' });
  const settings = {
    servers: parseServerSettings(
      servers,
      ownServers.map(({ server }) => server),
    ),
    mcpServers: parseMcpServers(mcpServers),
    profiles: parseProfiles(profiles),
  };
  const traces = values.traces > 0 && !values.stdio ? new TraceStore({ traces: values.traces }) : undefined;
  await using gateway = await createGateway(values, settings, selectServers(values.ownServers), traces);
  const telemetry = await startTelemetry({
    serviceName: 'sandlot-gateway',
    serviceVersion: version,
    look: () => gateway.metrics.look(false),
    ...(traces && { keep: (spans) => traces.add(spans, true) }),
  });
  settleLater();
  const watch = (takers?: readonly Taker[]) => watchServers(resolve(path), gateway.registry, gateway.views, takers);
  if (values.stdio) await serveOneClient(gateway, values, watch);
  else await serve(gateway, values, (takeKeys) => watch([(file) => takeKeys(optionsOf(argv, file).values)]));
  await gateway[Symbol.asyncDispose]();
  await telemetry?.stop();
  process.exit(0);
}

/** The gateway's own options, from the command line, the environment and the file. */
function optionsOf(argv: readonly string[], config: Readonly<Record<string, unknown>>) {
  const { servers: _servers, mcpServers: _mcpServers, profiles: _profiles, ...file } = config;
  return loadOptions(gatewayOptions, { argv, file: flattenAudit(flattenAuth(file)) });
}

async function serve(
  gateway: Gateway,
  values: GatewayValues,
  watch: (takeKeys: ListeningGateway['takeKeys']) => AsyncDisposable,
): Promise<void> {
  if (values.profile !== undefined)
    throw new ToolError('INVALID_ARGUMENT', `--profile "${values.profile}" goes with --stdio.`, {
      advice: `Over HTTP, a profile is at /mcp/p/${values.profile}.`,
    });
  const listening = await listenGateway(gateway, values);
  await using _watching = watch(listening.takeKeys);
  process.stderr.write(welcome(listening, gateway, values));
  gateway.showAnchors();
  await endSignal();
  await listening.close();
}

async function serveOneClient(gateway: Gateway, values: GatewayValues, watch: () => AsyncDisposable): Promise<void> {
  await using _watching = watch();
  gateway.showAnchors();
  const options = { transport: 'pipe' as const, maxRequestBytes: values.requestBytes, guard: gateway.guard, log: gateway.log };
  const view = values.profile === undefined ? gateway.views.all : gateway.views.at({ profile: values.profile });
  const handle = serveStdio(({ era }) =>
    createRelayServer(view, { principal: localPrincipal(), era, ...(era === 'legacy' && { session: 'stdio' }) }, options),
  );
  await Promise.race([new Promise((done) => process.stdin.once('end', done).once('close', done)), endSignal()]);
  await handle.close();
}
