/** The command line of a server: flags → runtime → stdio, HTTP or Unix socket, until the peer leaves or a signal comes. */
import { resolve } from 'node:path';
import { optionsHelp } from '../config/help.ts';
import { loadOptions } from '../config/load.ts';
import { ToolError } from '../errors.ts';
import { createLog } from '../log.ts';
import { listenStdio, listenUnix, type Listening } from '../mcp/stdio.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import type { ServerDefinition } from '../server.ts';
import { startTelemetry } from '../telemetry/start.ts';
import { endSignal } from './end-signal.ts';
import { requireNode } from './node-version.ts';
import { baseOptions } from './options.ts';

/**
 * Runs a server from the command line and ends the process with it.
 *
 * @param server the server
 * @param argv arguments without node and script. Default: those of this process
 */
export async function runServer(server: ServerDefinition, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  requireNode(`sandlot-${server.name}`);
  if (argv.includes('--version')) return void process.stdout.write(`${server.version}\n`);
  if (argv.includes('--help')) return void process.stdout.write(serverHelp(server));
  try {
    await serve(server, argv);
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    process.stderr.write(`sandlot-${server.name}: ${error.message}\n${error.advice}\n`);
    process.exitCode = 2;
  }
}

/** What `--help` prints. */
export function serverHelp(server: ServerDefinition): string {
  const table = { ...baseOptions, ...server.options };
  return `${server.title} ${server.version}\n${server.description}\n\nUsage: sandlot-${server.name} [options]\n\n${optionsHelp(table, server.name)}\n  --help, --version\n`;
}

async function serve(server: ServerDefinition, argv: readonly string[]): Promise<void> {
  const { values, positionals } = loadOptions({ ...server.options, ...baseOptions }, { argv, envPrefix: server.name });
  if (positionals.length > 0)
    throw new ToolError('INVALID_ARGUMENT', `Unexpected argument "${positionals[0]}".`, { advice: 'See --help.' });
  const telemetry = await startTelemetry({ serviceName: `sandlot-${server.name}`, serviceVersion: server.version });
  const log = createLog({ name: server.name, level: values.logLevel });
  const runtime = createRuntime(server, {
    workspace: resolve(values.workspace),
    options: values,
    caps: values.caps,
    only: values.tools,
    except: values.noTools,
    outputSchemas: values.outputSchemas,
    limits: { callTimeoutMs: values.callTimeoutMs, requestBytes: values.requestBytes },
    log,
  });
  const listening = await listen(runtime, values);
  await Promise.race([listening.closed ?? stdinEnd(values.socket !== undefined), endSignal()]);
  await runtime.close();
  await listening.close();
  await telemetry?.stop();
  process.exit(0);
}

async function listen(
  runtime: Runtime,
  values: { http?: string | undefined; socket?: string | undefined; apiKey?: string | undefined; auth: boolean },
): Promise<Listening> {
  if (values.socket !== undefined) {
    const listening = await listenUnix(runtime, values.socket);
    process.stdout.write('ready\n');
    return listening;
  }
  if (values.http === undefined) return listenStdio(runtime);
  // Loaded only here: over stdio it would cost every start 15 MB.
  const { createMcpApp, listenHttp, parseListen } = await import('../http/index.ts');
  const address = parseListen(values.http);
  const app = createMcpApp(runtime, { ...address, apiKey: values.apiKey, auth: values.auth });
  const listening = await listenHttp(app, address);
  process.stderr.write(`${runtime.server.title} listens on ${listening.url}/mcp\n`);
  return listening;
}

/** The gateway holds the other end of stdin: when it dies, however it dies, its servers end too. */
function stdinEnd(watch: boolean): Promise<void> {
  if (!watch) return new Promise(() => undefined);
  process.stdin.resume();
  return new Promise((resolve) =>
    process.stdin
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve()),
  );
}
