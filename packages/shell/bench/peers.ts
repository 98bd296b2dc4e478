/** The servers that are measured: ours from the build, others as published at pinned versions. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@modelcontextprotocol/client';

/** One server. */
export interface Target {
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  /** Runs a command and gives the text of the answer. `id` keeps parallel commands apart. */
  run(client: Client, command: string, id: number): Promise<string>;
}

const longestMs = 60_000;
const bin = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url));

/** Our server. */
export const ours: Target = {
  name: 'sandlot',
  args: [bin, '--workspace', '.'],
  run: (client, command, id) => call(client, 'shell_exec', { command, session: `s${id}`, wait_ms: longestMs }),
};

interface Peer {
  readonly packageName: string;
  readonly version: string;
  readonly bin: string;
  readonly args: readonly string[];
  run: Target['run'];
}

const peers: readonly Peer[] = [
  {
    packageName: '@wonderwhy-er/desktop-commander',
    version: '0.2.52',
    bin: 'desktop-commander',
    args: ['--no-onboarding'],
    run: (client, command) => call(client, 'start_process', { command, timeout_ms: longestMs }),
  },
  {
    packageName: 'mcp-server-commands',
    version: '0.5.0',
    bin: 'mcp-server-commands',
    args: [],
    run: (client, command) => call(client, 'run_command', { command }),
  },
  {
    packageName: '@agent-infra/mcp-server-commands',
    version: '1.2.18',
    bin: 'mcp-server-commands',
    args: [],
    run: (client, command) => call(client, 'run_command', { command }),
  },
];

/** Installs the peers into a folder, without their install scripts. */
export function installPeers(folder: string): Target[] {
  const packages = peers.map(({ packageName, version }) => `${packageName}@${version}`);
  const flags = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...flags, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
  return peers.map(({ packageName, bin: name, args, run }) => {
    const home = join(folder, 'node_modules', packageName);
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { bin: Record<string, string> };
    return { name: packageName, args: [join(home, String(manifest.bin[name])), ...args], run };
  });
}

/** Calls a tool; an answer that does not come counts as a failure. */
export async function call(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args }, { timeout: longestMs });
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}
