/** A workspace beside things that must never be reached, and every tool aimed at one path. */
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, type TestAnswer, type TestClient, temporaryFolder } from '@sandlot/core/testing';
import { file } from '../src/index.ts';

export const secret = 'TOP-SECRET-CONTENT';

/** A workspace `ws` and, beside it, `beyond/` and `ws-sibling/`, both with a secret. */
export interface World extends AsyncDisposable {
  /** The folder that holds all of it. */
  readonly base: string;
  readonly workspace: string;
  readonly outside: string;
  readonly client: TestClient;
  inside(path: string): string;
}

/** Connects to a server with every tool. */
export type Door = (workspace: string, options: Record<string, unknown>) => Promise<TestClient>;

let door: Door = (workspace, options) =>
  // A defect names its cause only in the log.
  connect(file, { workspace, options, caps: ['all'], onLog: (line) => line.includes('tool failed') && process.stderr.write(line) });

/** Reaches the servers of all worlds in another way than over MCP in this process. */
export function useDoor(other: Door): void {
  door = other;
}

/** Makes a world. */
export async function makeWorld(options: Record<string, unknown> = {}): Promise<World> {
  const folder = await temporaryFolder();
  const workspace = join(folder.path, 'ws');
  const outside = join(folder.path, 'beyond');
  for (const path of [workspace, join(outside, 'sub'), join(folder.path, 'ws-sibling')]) await mkdir(path, { recursive: true });
  for (const path of ['beyond/secret.txt', 'beyond/sub/secret.txt', 'ws-sibling/secret.txt']) {
    await writeFile(join(folder.path, path), secret);
  }
  await writeFile(join(workspace, 'good.txt'), 'good\n');
  const client = await door(workspace, options);
  return {
    base: folder.path,
    workspace,
    outside,
    client,
    inside: (path) => join(workspace, path),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Every way to aim at a path. */
export const aims: Readonly<Record<string, (path: string) => [string, Record<string, unknown>]>> = {
  read: (path) => ['file_read', { path }],
  'read bytes': (path) => ['file_read', { path, as: 'base64' }],
  write: (path) => ['file_write', { path, content: 'overwritten' }],
  append: (path) => ['file_write', { path, content: 'appended', mode: 'append' }],
  create: (path) => ['file_write', { path, content: 'created', mode: 'create' }],
  edit: (path) => ['file_edit', { path, edits: [{ old_string: 'SECRET', new_string: 'x' }] }],
  list: (path) => ['file_list', { path, depth: 5 }],
  grep: (path) => ['file_grep', { path, pattern: 'SECRET' }],
  glob: (path) => ['file_glob', { path, pattern: '**' }],
  'glob folders': (path) => ['file_glob', { path, pattern: '**', type: 'any' }],
  stat: (path) => ['file_stat', { path }],
  'move from': (path) => ['file_move', { source: path, destination: 'moved' }],
  'move to': (path) => ['file_move', { source: 'good.txt', destination: path, overwrite: true }],
  'copy from': (path) => ['file_copy', { source: path, destination: 'copied', recursive: true }],
  'copy to': (path) => ['file_copy', { source: 'good.txt', destination: path, overwrite: true }],
  delete: (path) => ['file_delete', { path, recursive: true }],
  mkdir: (path) => ['file_mkdir', { path }],
  patch: (path) => ['file_patch', { patch: `*** Begin Patch\n*** Update File: ${path}\n@@\n-SECRET\n+x\n*** End Patch` }],
  'pack from': (path) => ['file_pack', { source: path, archive: 'packed.tar' }],
  'unpack from': (path) => ['file_unpack', { archive: path, destination: 'unpacked' }],
  watch: (path) => ['file_watch', { path }],
};

/** A picture of everything in a folder: kinds, contents, link targets. */
export async function picture(folder: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const stats = await lstat(path);
    seen[path] = entry.isFile()
      ? `${stats.mode} ${await readFile(path, 'latin1')}`
      : entry.isSymbolicLink()
        ? `-> ${await readlink(path)}`
        : 'folder';
  }
  return seen;
}

/** Whether an answer tells the secret, or a place outside that the caller did not name. */
export function leaks(answer: TestAnswer, world: World, path: string): boolean {
  const all = JSON.stringify([answer.text, answer.facts, answer.error]).replaceAll(path, '');
  const encoded = Buffer.from(secret).toString('base64').slice(0, 16);
  return all.includes(secret) || all.includes(encoded) || all.includes(world.outside);
}
