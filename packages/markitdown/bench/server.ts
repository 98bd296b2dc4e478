/** Measures of the server and of the package. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { memoryOf } from './measure.ts';

const run = promisify(execFile);

/** Speaks MCP to a program, line by line. */
function talk(program: string, workspace: string) {
  const child = spawn(process.execPath, [program, '--workspace', workspace], { stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map<number, () => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message: unknown = JSON.parse(line);
    if (typeof message === 'object' && message !== null && 'id' in message) waiting.get(Number(message.id))?.();
  });
  let last = 0;
  const send = (method: string, params: object) =>
    new Promise<void>((resolve) => {
      const id = ++last;
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  const hello = async () => {
    await send('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } });
    child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  };
  return { pid: child.pid, send, hello, end: () => child.kill('SIGKILL') };
}

/** From the start of the program to the answer to `initialize`, the middle of seven, in milliseconds. */
export async function mcpReady(program: string, workspace: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    const server = talk(program, workspace);
    await server.hello();
    times.push(performance.now() - start);
    server.end();
  }
  return times.toSorted((a, b) => a - b)[3] ?? NaN;
}

/** How much the server grew between the tenth conversion and the hundred and tenth, without its workers, in MB. */
export async function growth(program: string, workspace: string, files: readonly string[]): Promise<number> {
  const server = talk(program, workspace);
  try {
    await server.hello();
    const convert = (at: number) => server.send('tools/call', { name: 'markitdown_convert', arguments: { uri: files[at % files.length] } });
    for (let at = 0; at < 10; at++) await convert(at);
    const before = memoryOf(server.pid);
    for (let at = 0; at < 100; at++) await convert(at);
    return (memoryOf(server.pid) - before) / 1e6;
  } finally {
    server.end();
  }
}

/** Size of an install from packed files in an empty folder, in MB. */
export async function installedMegabytes(folder: string): Promise<number> {
  const home = join(folder, 'install');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{"private":true}');
  const packages = ['..', '../../core'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  for (const place of packages) await run('npm', ['pack', '--ignore-scripts', '--pack-destination', home], { cwd: place });
  const packed = (await readdir(home)).filter((name) => name.endsWith('.tgz')).map((name) => join(home, name));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packed], { cwd: home });
  return (await sizeOf(join(home, 'node_modules'))) / 1e6;
}

async function sizeOf(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await sizeOf(path);
    else if (entry.isFile()) sum += (await stat(path)).size;
  }
  return sum;
}
