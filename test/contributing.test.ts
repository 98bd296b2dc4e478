/** CONTRIBUTING.md's "Add a tool", done on a copy of the repository. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

it('adding a tool is one file, one line, and npm run gen', async () => {
  await using folder = await temporaryFolder();
  const copy = join(folder.path, 'copy');
  await copyRepository(copy);
  const guide = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
  const code = /<!-- example: tool -->\s*```ts\n(.*?)```/s.exec(guide)?.[1] ?? '';
  expect(code).toContain('file_count');

  await writeFile(join(copy, 'packages/file/src/tools/count.ts'), code);
  const listPath = join(copy, 'packages/file/src/tools/index.ts');
  const list = await readFile(listPath, 'utf8');
  await writeFile(listPath, `import { count } from './count.ts';\n${list.replace(/(export const tools[^=]*= \[)/, '$1count, ')}`);

  const node = ['--conditions=@sandlot/source'];
  await expect(run(process.execPath, [...node, 'apps/gateway/scripts/gen.ts', '--check'], { cwd: copy })).rejects.toThrow(
    /Out of date: .*README/,
  );
  await run(process.execPath, [...node, 'apps/gateway/scripts/gen.ts'], { cwd: copy });
  for (const path of ['packages/file/README.md', 'docs/reference/openapi.json', 'test/pins/tools.json']) {
    expect(await readFile(join(copy, path), 'utf8'), path).toContain('file_count');
  }

  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [...node, 'packages/file/src/bin.ts', '--workspace', folder.path],
      cwd: copy,
    }),
  );
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain('file_count');
  expect(await client.callTool({ name: 'file_count', arguments: { text: 'Grüße' } })).toMatchObject({
    structuredContent: { characters: 5 },
    content: [{ text: '5 characters' }],
  });
  await client.close();
});

/** Sources are copied, packages from npm are shared by a link; our own packages resolve inside the copy. */
async function copyRepository(to: string): Promise<void> {
  for (const entry of ['packages', 'apps', 'docker', 'docs', 'test', 'package.json', 'README.md']) {
    await cp(join(root, entry), join(to, entry), { recursive: true, filter: (path) => !/\/(dist|node_modules)$/.test(path) });
  }
  const { stdout } = await run('ls', ['-A', join(root, 'node_modules')]);
  await mkdir(join(to, 'node_modules', '@sandlot'), { recursive: true });
  for (const name of stdout.trim().split('\n')) {
    if (name !== '@sandlot') await symlink(join(root, 'node_modules', name), join(to, 'node_modules', name));
  }
  for (const name of ['core', 'file', 'shell', 'browser', 'markitdown', 'code', 'gateway']) {
    await symlink(join(to, name === 'gateway' ? 'apps' : 'packages', name), join(to, 'node_modules', '@sandlot', name));
    const own = join(root, 'packages', name, 'node_modules');
    await symlink(own, join(to, 'packages', name, 'node_modules')).catch(() => undefined);
  }
}
