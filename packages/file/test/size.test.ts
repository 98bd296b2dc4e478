/** What calls cost: the list of tools, and answers that stay below the cap whatever is asked for. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { file } from '../src/index.ts';

const cap = 4 * 1024 * 1024;
const anything = z.looseObject({});

it('lists its default tools in less than 9 kB, in both protocol eras', async () => {
  await using folder = await temporaryFolder();
  for (const era of ['modern', 'legacy'] as const) {
    await using client = await connect(file, { workspace: folder.path, era });
    const listed = await client.client.request({ method: 'tools/list' }, anything);
    expect(Buffer.byteLength(JSON.stringify(listed)), era).toBeLessThan(9000);
  }
});

it('never answers with more than 4 MiB, counted as JSON', async () => {
  await using folder = await temporaryFolder();
  const put = (name: string, content: string | Buffer) => writeFile(join(folder.path, name), content);
  await put('lines.txt', `${'x'.repeat(79)}\n`.repeat(100_000));
  await put('newlines.txt', '\n'.repeat(8_000_000));
  await put('quotes.txt', `${'"'.repeat(99)}\n`.repeat(80_000));
  await put('escapes.txt', `${'\u0001'.repeat(3)}text\n`.repeat(600_000));
  await put('bytes.bin', Buffer.alloc(8_000_000, 255));
  await mkdir(join(folder.path, 'many'));
  const name = 'n'.repeat(240);
  await Promise.all(Array.from({ length: 15_000 }, (_, i) => put(`many/${name}-${i}`, 'needle\n')));
  await using client = await connect(file, { workspace: folder.path, caps: ['all'] });
  const most = 4_000_000;
  for (const [tool, args] of [
    ...['lines.txt', 'newlines.txt', 'quotes.txt', 'escapes.txt'].map((path) => ['file_read', { path, max_bytes: most }] as const),
    ['file_read', { path: 'quotes.txt', max_bytes: most, line_numbers: true }],
    ['file_read', { path: 'escapes.txt', as: 'text', max_bytes: most }],
    ['file_read', { path: 'bytes.bin', as: 'base64', max_bytes: most }],
    ['file_list', { path: 'many', limit: 100_000 }],
    ['file_glob', { pattern: '**', limit: 100_000 }],
    ['file_grep', { pattern: 'needle', limit: 100_000, output: 'files' }],
    ['file_grep', { pattern: '.', path: 'lines.txt', limit: 100_000 }],
    ['file_grep', { pattern: '"', limit: 100_000, context: 5 }],
    ['file_edit', { path: 'quotes.txt', edits: [{ old_string: '"\n"', new_string: 'x', replace_all: true }], dry_run: true }],
    ['file_stat', { paths: Array.from({ length: 500 }, (_, i) => `many/${name}-${i}`) }],
  ] as const) {
    const result = await client.client.request({ method: 'tools/call', params: { name: tool, arguments: args } }, anything, {
      timeout: 300_000,
    });
    expect(Buffer.byteLength(JSON.stringify(result)), `${tool} ${JSON.stringify(args).slice(0, 80)}`).toBeLessThanOrEqual(cap + 1000);
  }
});
