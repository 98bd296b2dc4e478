/** Starts the gateway's command as a process of its own, on a free port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from '@sandlot/core/config';

/** A running gateway. */
export interface GatewayProcess extends AsyncDisposable {
  readonly url: string;
  readonly key: string;
  /** Its workspace folder. */
  readonly workspace: string;
  readonly pid: number;
  /** The end of what it wrote to stderr. */
  readonly said: () => string;
}

const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));
const keptChars = 1_000_000;
/** Set for the process that starts the gateway, not for the gateway. */
const notForIt = ['OTEL_SERVICE_NAME', 'SANDLOT_CONFIG', 'SANDLOT_AUTH'];

/**
 * Starts a gateway with a temporary workspace, which goes when it is disposed.
 *
 * @param env further environment variables
 * @throws Error with what it said, when it does not get ready
 */
export async function startGatewayProcess(env: Readonly<Record<string, string>> = {}): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'sandlot-demo-'));
  const workspace = join(folder, 'workspace');
  const key = `sk-demo-${randomBytes(24).toString('hex')}`;
  const inherited = Object.fromEntries(Object.entries(environment()).filter(([name]) => !notForIt.includes(name)));
  const child = spawn(
    process.execPath,
    ['--conditions=@sandlot/source', bin, '--host', '127.0.0.1', '--port', '0', '--workspace', workspace],
    {
      // Its own folder, so that no sandlot.json of the caller's applies.
      cwd: folder,
      env: { ...inherited, ...env, SANDLOT_API_KEY: key },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptChars)));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return { url: await urlOf(child, () => said), key, workspace, pid: child.pid ?? -1, said: () => said, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Its welcome text names the URL. */
function urlOf(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', () => {
      const [, url] = /^\s*MCP\s+(http:\S+)\/mcp$/m.exec(said()) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`The gateway did not start (${signal ?? `exit code ${code}`}). It said:\n${said()}`)),
    );
  });
}
