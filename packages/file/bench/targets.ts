/** The servers that are compared, and how each is asked for the same thing. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@modelcontextprotocol/client';

/** One server. An operation that it does not have is left out. */
export interface Target {
  readonly name: string;
  readonly args: readonly string[];
  read(client: Client, path: string): Promise<string>;
  write(client: Client, path: string, content: string): Promise<string>;
  edit(client: Client, path: string, from: string, to: string): Promise<string>;
  list(client: Client, path: string): Promise<string>;
  glob(client: Client, path: string, pattern: string): Promise<string>;
  grep?(client: Client, path: string, pattern: string): Promise<string>;
}

const run = promisify(execFile);
const peers = { '@modelcontextprotocol/server-filesystem': '2026.8.31', '@wonderwhy-er/desktop-commander': '0.2.52' };

async function call(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  const result = await client.callTool({ name, arguments: args }, { timeout: 600_000 });
  const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
  if (result.isError) throw new Error(`${name}: ${text.slice(0, 300)}`);
  return text;
}

/** This server, from its build. */
export function sandlot(workspace: string): Target {
  return {
    name: 'sandlot',
    args: [fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url)), '--workspace', workspace],
    read: (client, path) => call(client, 'file_read', { path, max_bytes: 4_000_000 }),
    write: (client, path, content) => call(client, 'file_write', { path, content }),
    edit: (client, path, from, to) => call(client, 'file_edit', { path, edits: [{ old_string: from, new_string: to }] }),
    list: (client, path) => call(client, 'file_list', { path, limit: 10_000 }),
    glob: (client, path, pattern) => call(client, 'file_glob', { path, pattern, limit: 20_000 }),
    grep: (client, path, pattern) => call(client, 'file_grep', { path, pattern }),
  };
}

/** The others, installed at pinned versions into a folder of their own, if they are not there. */
export async function installPeers(folder: string, workspace: string): Promise<Target[]> {
  const manifest = JSON.stringify({ private: true, dependencies: peers });
  const installed = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '');
  if (installed !== manifest) {
    await writeFile(join(folder, 'package.json'), manifest);
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  }
  const bin = (name: keyof typeof peers) => join(folder, 'node_modules', name, 'dist/index.js');
  return [
    {
      name: 'reference',
      args: [bin('@modelcontextprotocol/server-filesystem'), workspace],
      read: (client, path) => call(client, 'read_text_file', { path }),
      write: (client, path, content) => call(client, 'write_file', { path, content }),
      edit: (client, path, from, to) => call(client, 'edit_file', { path, edits: [{ oldText: from, newText: to }] }),
      list: (client, path) => call(client, 'list_directory', { path }),
      glob: (client, path, pattern) => call(client, 'search_files', { path, pattern }),
    },
    {
      name: 'desktop-commander',
      args: [bin('@wonderwhy-er/desktop-commander'), '--no-onboarding'],
      read: (client, path) => call(client, 'read_file', { path, length: 1_000_000 }),
      write: (client, path, content) => call(client, 'write_file', { path, content, mode: 'rewrite' }),
      edit: (client, path, from, to) => call(client, 'edit_block', { file_path: path, old_string: from, new_string: to }),
      list: (client, path) => call(client, 'list_directory', { path, depth: 1 }),
      glob: (client, path, pattern) => search(client, { path, pattern, searchType: 'files' }),
      grep: (client, path, pattern) => search(client, { path, pattern, searchType: 'content', contextLines: 0, maxResults: 100 }),
    },
  ];
}

/** A search of DesktopCommander runs on; it is asked until it has ended. */
async function search(client: Client, args: Record<string, unknown>): Promise<string> {
  const started = await call(client, 'start_search', args);
  const [, sessionId] = /session: (\S+)/.exec(started) ?? [];
  for (let text = started; ; text = await call(client, 'get_more_search_results', { sessionId, length: 20_000 })) {
    if (!/RUNNING|IN PROGRESS|in progress/.test(text)) return text;
  }
}
