import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { docx, p, styles } from '../../test/make/docx.ts';
import { at, pdf } from '../../test/make/pdf.ts';
import { markitdown } from '../index.ts';

describe('markitdown_convert', () => {
  it('reads a Word document of the workspace, by path and by file: address', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'report.docx'), docx(p('Report', 'Title') + p('All is well.'), { styles }));
    await using client = await connect(markitdown, { workspace: folder.path });
    const answer = await client.call('markitdown_convert', { uri: 'report.docx' });
    expect(answer.text).toBe('# Report\n\nAll is well.\n');
    expect(answer.facts).toEqual({ kind: 'docx', title: 'Report', chars: 23, truncated: false });
    expect((await client.call('markitdown_convert', { uri: `file://${folder.path}/report.docx` })).text).toBe(answer.text);
    expect((await client.call('markitdown_convert', { uri: join(folder.path, 'report.docx') })).text).toBe(answer.text);
  });

  it('has the name of the original too, which is not listed', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(markitdown, { workspace: folder.path });
    expect((await client.call('convert_to_markdown', { uri: 'data:text/html,<h1>Hi</h1>' })).text).toBe('# Hi\n');
  });

  it('reads data: addresses', async () => {
    await using folder = await temporaryFolder();
    await using client = await connect(markitdown, { workspace: folder.path });
    expect((await client.call('markitdown_convert', { uri: 'data:text/csv;base64,YSxiCjEsMgo=' })).text).toBe(
      '| a | b |\n| --- | --- |\n| 1 | 2 |\n',
    );
    expect((await client.call('markitdown_convert', { uri: 'data:text/html,<h1>Hi%20there</h1>' })).text).toBe('# Hi there\n');
  });

  it('returns long documents in parts that add up', async () => {
    await using folder = await temporaryFolder();
    const text = Array.from({ length: 300 }, (_, at) => `Paragraph ${at} of a long text.`).join('\n\n');
    await writeFile(join(folder.path, 'long.md'), text);
    await using client = await connect(markitdown, { workspace: folder.path });
    let offset: number | undefined = 0;
    let whole = '';
    while (offset !== undefined) {
      const { text: part, facts } = await client.call('markitdown_convert', { uri: 'long.md', max_chars: 1000, offset });
      expect(facts['truncated']).toBe(true);
      offset = typeof facts['next_offset'] === 'number' ? facts['next_offset'] : undefined;
      if (offset !== undefined) expect(part).toContain(`call again with offset ${offset}`);
      whole += part.replace(/\n\n\[\d+ more characters:[^\]]*\]$/, '\n\n');
    }
    expect(whole.trim()).toBe(text);
  });

  it('refuses files outside of the workspace, also through links', async () => {
    await using folder = await temporaryFolder();
    await using outside = await temporaryFolder();
    await writeFile(join(outside.path, 'secret.txt'), 'secret');
    await symlink(join(outside.path, 'secret.txt'), join(folder.path, 'link.txt'));
    await mkdir(join(folder.path, 'folder'));
    await using client = await connect(markitdown, { workspace: folder.path });
    for (const uri of ['../x', '/etc/passwd', 'file:///etc/passwd', join(outside.path, 'secret.txt'), 'link.txt', 'file://server/share']) {
      const answer = await client.call('markitdown_convert', { uri });
      expect(answer.error?.code, uri).toBe('PERMISSION_DENIED');
      expect(answer.text).not.toContain('root:');
    }
    expect((await client.call('markitdown_convert', { uri: 'none.pdf' })).error?.code).toBe('NOT_FOUND');
    expect((await client.call('markitdown_convert', { uri: 'folder' })).error?.code).toBe('INVALID_ARGUMENT');
    expect((await client.call('markitdown_convert', { uri: 'gopher://x/y' })).error?.code).toBe('INVALID_ARGUMENT');
  });

  it('fetches public addresses only, unless it may fetch private ones too', async () => {
    await using folder = await temporaryFolder();
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/page' }).end();
      else if (request.url === '/page')
        response
          .writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' })
          .end(Buffer.from('<h1>Caf\u00e9</h1><a href="/x">x</a>', 'latin1'));
      else response.writeHead(404).end('no');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await using closed = await connect(markitdown, { workspace: folder.path });
      for (const uri of [
        `${base}/page`,
        base.replace('127.0.0.1', 'localhost'),
        'http://[::1]:1/',
        'http://[::ffff:127.0.0.1]:1/',
        'http://169.254.169.254/latest',
        'http://0.0.0.0:1/',
        'http://2130706433/',
      ]) {
        expect((await closed.call('markitdown_convert', { uri })).error?.code, uri).toBe('PERMISSION_DENIED');
      }
      await using open = await connect(markitdown, { workspace: folder.path, options: { allowPrivateAddresses: true } });
      expect((await open.call('markitdown_convert', { uri: `${base}/moved` })).text).toBe('# Caf\u00e9\n\n[x](/x)\n');
      expect((await open.call('markitdown_convert', { uri: `${base}/moved`, links: 'absolute' })).text).toContain(`[x](${base}/x)`);
      expect((await open.call('markitdown_convert', { uri: `${base}/none` })).error?.code).toBe('NOT_FOUND');
      await using listed = await connect(markitdown, {
        workspace: folder.path,
        options: { allowedHosts: '127.0.0.0/8', blockedHosts: 'localhost' },
      });
      expect((await listed.call('markitdown_convert', { uri: `${base}/page` })).text).toContain('# Caf\u00e9');
      for (const uri of [base.replace('127.0.0.1', 'localhost'), 'http://10.0.0.1/', 'http://[::1]:1/'])
        expect((await listed.call('markitdown_convert', { uri })).error?.code, uri).toBe('PERMISSION_DENIED');
      await using shut = await connect(markitdown, {
        workspace: folder.path,
        options: { allowPrivateAddresses: true, blockedHosts: '127.0.0.1' },
      });
      expect((await shut.call('markitdown_convert', { uri: base.replace('127.0.0.1', 'localhost') })).error?.code).toBe(
        'PERMISSION_DENIED',
      );
      expect((await open.call('markitdown_convert', { uri: `http://user:pass@127.0.0.1/` })).error?.code).toBe('INVALID_ARGUMENT');
    } finally {
      server.close();
    }
  });

  it('stops a conversion when the caller cancels', async () => {
    await using folder = await temporaryFolder();
    const row = `${'x,'.repeat(50)}x\n`;
    await writeFile(join(folder.path, 'big.csv'), row.repeat(200_000));
    await using client = await connect(markitdown, { workspace: folder.path, options: { maxInflatedBytes: 1e9 } });
    const stop = new AbortController();
    const call = client.call('markitdown_convert', { uri: 'big.csv' }, { signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toThrow();
    await writeFile(join(folder.path, 'small.csv'), 'a,b\n1,2\n');
    expect((await client.call('markitdown_convert', { uri: 'small.csv' })).isError).toBe(false);
  });

  it('tells how far a long conversion is, and stops it in its midst', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'long.pdf'), pdf(Array.from({ length: 400 }, (_, page) => at(50, 700, `Page ${page + 1}`))));
    await using client = await connect(markitdown, { workspace: folder.path });
    const told: { progress: number; total?: number | undefined; message?: string | undefined }[] = [];
    const stop = new AbortController();
    const call = client.call(
      'markitdown_convert',
      { uri: 'long.pdf' },
      {
        signal: stop.signal,
        onProgress: (progress) => {
          told.push(progress);
          stop.abort();
        },
      },
    );
    await expect(call).rejects.toThrow();
    expect(told[0]).toMatchObject({ total: 400, message: expect.stringMatching(/^\d+ of 400$/) });
    told.length = 0;
    const answer = await client.call(
      'markitdown_convert',
      { uri: 'long.pdf', pages: '1-50' },
      { onProgress: (one) => void told.push(one) },
    );
    expect(answer.text).toContain('Page 50');
    expect(told.map(({ progress }) => progress)).toEqual(told.map(({ progress }) => progress).toSorted((a, b) => a - b));
  });

  it('ends a conversion that takes too long or too much memory, and lives on', async () => {
    await using folder = await temporaryFolder();
    const row = `${'word,'.repeat(50)}x\n`;
    await writeFile(join(folder.path, 'big.csv'), row.repeat(200_000));
    await writeFile(join(folder.path, 'small.csv'), 'a,b\n1,2\n');
    await using hurried = await connect(markitdown, { workspace: folder.path, options: { timeoutMs: 100 } });
    expect((await hurried.call('markitdown_convert', { uri: 'big.csv' })).error?.code).toBe('DEADLINE_EXCEEDED');
    await using narrow = await connect(markitdown, { workspace: folder.path, options: { memoryMb: 64 } });
    const answer = await narrow.call('markitdown_convert', { uri: 'big.csv' });
    expect(answer.error?.code).toBe('PAYLOAD_TOO_LARGE');
    expect(answer.text).toContain('memoryMb');
    expect((await narrow.call('markitdown_convert', { uri: 'small.csv' })).isError).toBe(false);
  });
});
