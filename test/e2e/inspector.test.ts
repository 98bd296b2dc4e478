import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { startGatewayProcess } from '../../apps/gateway/demo/gateway-process.ts';
import { call, inspect, root } from './inspect.ts';

// Each call is a Node process with the Inspector in it.
const timeout = 600_000;

for (const era of ['legacy', 'modern']) {
  describe(`the MCP Inspector's CLI, a client that is not ours (${era})`, () => {
    it("lists and calls tools over the gateway's /mcp", { timeout }, async () => {
      await using gateway = await startGatewayProcess();
      const target = [
        `${gateway.url}/mcp`,
        '--transport',
        'http',
        '--header',
        `Authorization: Bearer ${gateway.key}`,
        '--protocol-era',
        era,
      ];
      const { tools } = await inspect([...target, '--method', 'tools/list']);
      const names = tools.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['file_read', 'file_write', 'shell_exec', 'browser_navigate', 'markitdown_convert']));

      const content = '<h1>Hello</h1><p>from <b>outside</b></p>';
      await inspect([...target, ...call('file_write', { path: 'hello.html', content })]);
      expect(await readFile(join(gateway.workspace, 'hello.html'), 'utf8')).toBe(content);
      const counted = await inspect([...target, ...call('shell_exec', { command: 'wc -c < hello.html' })]);
      expect(counted.structuredContent).toMatchObject({ exit_code: 0, status: 'exited' });
      expect(counted.content[0]?.text?.trim()).toBe(String(content.length));
      const converted = await inspect([...target, ...call('markitdown_convert', { uri: 'hello.html' })]);
      expect(converted.content[0]?.text).toMatch(/^# Hello\s+from \*\*outside\*\*\s*$/);
    });

    it('lists and calls tools of one server over stdio', { timeout }, async () => {
      await using folder = await temporaryFolder();
      const bin = join(root, 'packages', 'file', 'src', 'bin.ts');
      const server = ['--', process.execPath, '--conditions=@sandlot/source', bin, '--workspace', folder.path];
      const { tools } = await inspect(['--protocol-era', era, '--method', 'tools/list', ...server]);
      expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['file_read', 'file_write', 'file_edit', 'file_list']));
      await inspect(['--protocol-era', era, ...call('file_write', { path: 'a/b.txt', content: 'one\ntwo\n' }), ...server]);
      const read = await inspect(['--protocol-era', era, ...call('file_read', { path: 'a/b.txt' }), ...server]);
      expect(read.content[0]?.text).toBe('one\ntwo\n');
    });
  });
}
