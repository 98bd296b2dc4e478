/** Every server alone: packed, installed into an empty folder, started as npx starts it. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { otlpSink, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { pdf } from '../../packages/markitdown/test/make/pdf.ts';
import { call, inspect, root } from '../e2e/inspect.ts';

const timeout = 15 * 60_000;
const run = promisify(execFile);

/** A program that uses core as a library. */
const traced = `import { trace } from '@opentelemetry/api';
import { startTelemetry } from '@sandlot/core/telemetry';
const telemetry = await startTelemetry({ serviceName: 'program', serviceVersion: '1' });
trace.getTracer('program').startSpan('of a program').end();
await telemetry.stop();`;

interface Case {
  /** Packages that are packed, the server's own last. */
  readonly packages: readonly string[];
  /** Calls it and looks at the answers. */
  use(client: Client, workspace: string): Promise<void>;
  /** A call for the MCP Inspector, and what its answer holds. */
  readonly inspected: { tool: string; args: Record<string, unknown>; text: string };
}

const cases: Readonly<Record<string, Case>> = {
  shell: {
    packages: ['core', 'shell'],
    async use(client) {
      expect(await textOf(client, 'shell_exec', { command: 'echo $((6 * 7))' })).toMatch(/^42\n/);
      expect(await textOf(client, 'shell_exec', { command: 'tty; echo in a terminal', tty: true })).toMatch(
        /\/dev\/pts\/\d+\s+in a terminal/,
      );
    },
    inspected: { tool: 'shell_exec', args: { command: 'echo inspected' }, text: 'inspected' },
  },
  file: {
    packages: ['core', 'file'],
    async use(client, workspace) {
      await textOf(client, 'file_write', { path: 'a.txt', content: 'one\nneedle\n' });
      expect(await readFile(join(workspace, 'a.txt'), 'utf8')).toBe('one\nneedle\n');
      expect(await textOf(client, 'file_grep', { pattern: 'needle' })).toContain('a.txt');
    },
    inspected: { tool: 'file_read', args: { path: 'a.txt' }, text: 'needle' },
  },
  markitdown: {
    packages: ['core', 'markitdown'],
    async use(client, workspace) {
      await writeFile(join(workspace, 'a.html'), '<h1>Title</h1><p>Some <b>text</b></p>');
      expect(await textOf(client, 'markitdown_convert', { uri: 'a.html' })).toMatch(/^# Title\s+Some \*\*text\*\*/);
      const japanese = pdf(['BT /F4 12 Tf 50 700 Td <93FA967B8CEA> Tj ET'], [], { encoding: '90ms-RKSJ-H', ordering: 'Japan1' });
      await writeFile(join(workspace, 'a.pdf'), japanese);
      expect(await textOf(client, 'markitdown_convert', { uri: 'a.pdf' })).toMatch(/^日本語/);
    },
    inspected: { tool: 'markitdown_convert', args: { uri: 'a.html' }, text: '# Title' },
  },
};

describe.each(Object.entries(cases))('@sandlot/%s, installed alone', (name, { packages, use, inspected }) => {
  it('needs no compiler, starts by its name, is traced, and works in the MCP Inspector', { timeout }, async () => {
    await using folder = await temporaryFolder();
    const tarballs = await pack(packages, folder.path);
    const home = join(folder.path, 'empty');
    const workspace = join(folder.path, 'workspace');
    await Promise.all([mkdir(home), mkdir(workspace)]);
    await install(home, tarballs);

    const bin = join(home, 'node_modules', '.bin', `sandlot-${name}`);
    const client = new Client({ name: 'test', version: '1.0.0' });
    const args = ['--no-install', `sandlot-${name}`, '--workspace', workspace];
    await using sink = await otlpSink();
    const env = { ...getDefaultEnvironment(), OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    await client.connect(new StdioClientTransport({ command: 'npx', args, cwd: home, env }));
    expect((await client.listTools()).tools.length).toBeGreaterThan(1);
    await use(client, workspace);
    await sink.waitFor((spans) => spans.some((span) => span.name.startsWith('execute_tool ')));
    await client.close();
    await run('node', ['--input-type=module', '--eval', traced], { cwd: home, env });
    expect(sink.spans.map((span) => span.name)).toContain('of a program');

    const server = ['--', bin, '--workspace', workspace];
    const { content } = await inspect([...call(inspected.tool, inspected.args), ...server]);
    expect(content[0]?.text).toContain(inspected.text);
  });
});

it('@sandlot/gateway, installed, starts its servers', { timeout }, async () => {
  await using folder = await temporaryFolder();
  const manifest = JSON.parse(await readFile(join(root, 'apps/gateway/package.json'), 'utf8')) as { dependencies: Record<string, string> };
  const names = Object.keys(manifest.dependencies).flatMap((name) => /^@sandlot\/(.+)/.exec(name)?.[1] ?? []);
  const home = join(folder.path, 'empty');
  await mkdir(home);
  await install(home, await pack([...names, 'gateway'], folder.path));

  const key = 'install-key-0123456789';
  const flags = ['--port', '0', '--workspace', join(folder.path, 'workspace'), '--state-dir', join(folder.path, 'state')];
  const env = { ...process.env, SANDLOT_API_KEY: key };
  const bin = join(home, 'node_modules', '.bin', 'sandlot');
  const gateway = spawn(bin, flags, { cwd: home, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(gateway, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    gateway.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /MCP +(\S+)\/mcp/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    gateway.once('exit', () => reject(new Error(said)));
  });
  const response = await fetch(`${url}/v1/mcp/shell/tools/shell_exec`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ command: 'tr "\\0" " " < /proc/$PPID/cmdline' }),
  });
  // The servers run as bundled programs, too.
  expect(await response.text()).toContain('@sandlot/shell/dist/bundle/bin.js');
  gateway.kill('SIGTERM');
  await ended;
});

async function install(folder: string, tarballs: readonly string[]): Promise<void> {
  // What compiles or downloads at an install does so in a script: everything must work without.
  await run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], { cwd: folder });
}

async function pack(packages: readonly string[], folder: string): Promise<string[]> {
  const flags = packages.flatMap((name) => ['-w', `@sandlot/${name}`]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, ...flags], { cwd: root });
  // What the scripts of the packages print comes before.
  const made = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as { filename: string }[];
  return made.map(({ filename }) => join(folder, filename));
}

async function textOf(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
  expect(isError ?? false, text).toBe(false);
  return text;
}
