/** Documents made to do harm: each must end in a clear answer, and the server must live on. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { convert, WorkerPool } from '../src/convert/index.ts';
import { markitdown } from '../src/index.ts';
import { docx, p } from './make/docx.ts';
import { odf } from './make/odf.ts';
import { at, pdf } from './make/pdf.ts';
import { zip } from './make/zip.ts';

describe('hostile documents', () => {
  it('stops a Word bomb by its unpacked size, before it is unpacked', async () => {
    const bomb = docx(p('a').repeat(2_000_000));
    expect(bomb.length).toBeLessThan(1_000_000);
    await expect(convert(bomb, { limits: { inflatedBytes: 20_000_000 } })).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringContaining('inflatedBytes'),
    });
  });

  it('finds out when an archive lies about its sizes', async () => {
    const bytes = zip({ 'zero.txt': new Uint8Array(10_000_000) });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 4 < bytes.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 10, true);
      if (view.getUint32(at, true) === 0x04034b50) view.setUint32(at + 22, 10, true);
    }
    await expect(convert(bytes, { limits: { inflatedBytes: 1_000_000 } })).rejects.toMatchObject({ code: 'limit' });
  });

  it('does not unroll repeats of a sheet beyond reason', async () => {
    const cell = '<table:table-cell table:number-columns-repeated="1000000"><text:p>x</text:p></table:table-cell>';
    const rows = `<table:table-row table:number-rows-repeated="1000000">${cell}</table:table-row>`;
    const sheet = (inner: string) => convert(odf('spreadsheet', `<table:table table:name="S">${inner}</table:table>`));
    const before = process.cpuUsage();
    await expect(sheet(rows)).rejects.toMatchObject({ code: 'limit', message: expect.stringContaining('repeats its cells') });
    expect(process.cpuUsage(before).user).toBeLessThan(500_000);
    // Rows that are equal are real, and none is lost.
    const equal =
      '<table:table-row table:number-rows-repeated="3000"><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>';
    expect((await sheet(equal)).markdown.match(/x/g)).toHaveLength(3000);
  });

  it('bounds spans of cells', async () => {
    const { totalChars } = await convert(
      `<table>${'<tr><td colspan="99999999" rowspan="99999999">x</td><td>y</td></tr>'.repeat(50)}</table>`,
    );
    expect(totalChars).toBeLessThan(1_000_000);
  });

  it('refuses XML that nests without end, and does not expand entities', async () => {
    const deep = zip({
      'word/document.xml': `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${'<w:tbl>'.repeat(5000)}${'</w:tbl>'.repeat(5000)}</w:body></w:document>`,
    });
    await expect(convert(deep)).rejects.toMatchObject({ code: 'limit' });
    const laughs = zip({
      'word/document.xml': `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>&b;&f;end</w:t></w:r></w:p></w:body></w:document>`,
    });
    const { markdown } = await convert(laughs);
    expect(markdown).not.toMatch(/aaaaa|root:/);
    expect(markdown).toContain('end');
  });

  it('names the cause for protected documents', async () => {
    const encrypted = Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(600),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]);
    await expect(convert(encrypted, { hints: { filename: 'x.docx' } })).rejects.toMatchObject({ code: 'encrypted' });
  });

  it('goes by the content when the name lies', async () => {
    expect((await convert(docx(p('word')), { hints: { filename: 'x.pdf' } })).kind).toBe('docx');
    expect((await convert(pdf([at(50, 700, 'paper')]), { hints: { filename: 'x.xlsx', mimetype: 'text/html' } })).markdown).toBe('paper\n');
  });

  it('answers every cut and every flipped byte with Markdown or a clear error', async () => {
    const samples = [
      docx(p('some text')),
      odf('text', '<text:p>x</text:p>'),
      pdf([at(50, 700, 'text')]),
      zip({ 'a.csv': 'x,y\n' }),
      Buffer.from('{\\rtf1 {\\b x} \\par}'),
    ];
    let failures = 0;
    for (const sample of samples) {
      for (let round = 0; round < 30; round++) {
        const bytes = Uint8Array.from(sample);
        for (let change = 0; change <= round % 5; change++)
          bytes[(round * 7919 + change * 104_729) % bytes.length] = (round * 31 + change * 17) % 256;
        const broken = round % 3 === 0 ? bytes.subarray(0, Math.floor((bytes.length * (round + 1)) / 31)) : bytes;
        await convert(broken).catch((error: unknown) => {
          failures++;
          expect(error).toMatchObject({ name: 'ConvertError' });
        });
      }
    }
    expect(failures).toBeGreaterThan(10);
  });

  it('ends a worker that runs out of memory, and converts the next document', async () => {
    await using workers = new WorkerPool({ size: 1, memoryMb: 64 });
    const big = new TextEncoder().encode(`${'word,'.repeat(50)}x\n`.repeat(150_000));
    await expect(workers.convert(big, { hints: { filename: 'big.csv' } })).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringContaining('memoryMb'),
    });
    expect((await workers.convert(new TextEncoder().encode('a,b\n'), { hints: { filename: 'a.csv' } })).kind).toBe('csv');
  });
});

describe('files of the workspace', () => {
  it('writes Markdown and pictures, and says where they are', async () => {
    await using folder = await temporaryFolder();
    const relations = { r1: ['image', 'media/dot.png'] as [string, string] };
    const body = `${p('Head')}<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="dot"/><a:blip r:embed="r1"/></wp:inline></w:drawing></w:r></w:p>`;
    await writeFile(join(folder.path, 'in.docx'), docx(body, { relations, files: { 'word/media/dot.png': new Uint8Array([1, 2, 3]) } }));
    await using client = await connect(markitdown, { workspace: folder.path });
    const args = { uri: 'in.docx', output_path: 'out/deep/in.md', image_dir: 'out/pictures' };
    const { facts } = await client.call('markitdown_convert_to_file', args);
    const [image] = facts['images'] as string[];
    expect(facts).toMatchObject({ path: 'out/deep/in.md', kind: 'docx' });
    expect(await readFile(join(folder.path, 'out/deep/in.md'), 'utf8')).toBe(`Head\n\n![dot](../${image?.replace('out/', '')})\n`);
    expect([...(await readFile(join(folder.path, image ?? '')))]).toEqual([1, 2, 3]);
    expect((await client.call('markitdown_convert_to_file', args)).error?.code).toBe('ALREADY_EXISTS');
    expect((await client.call('markitdown_convert_to_file', { ...args, overwrite: true })).isError).toBe(false);
  });

  it('writes nothing outside of the workspace, also through links', async () => {
    await using folder = await temporaryFolder();
    await using outside = await temporaryFolder();
    await writeFile(join(folder.path, 'in.csv'), 'a,b\n');
    await mkdir(join(folder.path, 'inside'));
    await symlink(outside.path, join(folder.path, 'link'));
    await using client = await connect(markitdown, { workspace: folder.path });
    for (const output_path of ['../x.md', '/tmp/x.md', 'link/x.md', 'link/deep/x.md', join(outside.path, 'x.md')]) {
      expect((await client.call('markitdown_convert_to_file', { uri: 'in.csv', output_path })).error?.code, output_path).toBe(
        'PERMISSION_DENIED',
      );
    }
    expect((await client.call('markitdown_convert_to_file', { uri: 'in.csv', output_path: 'x.md', image_dir: '../y' })).isError).toBe(
      false,
    );
    expect((await client.call('markitdown_convert_to_file', { uri: 'in.csv', output_path: 'inside' })).isError).toBe(true);
  });

  it('tells properties and outline of a document', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'a.md'), '# One\n\ntext\n\n```\n# no heading\n```\n\n## Two\n');
    await using client = await connect(markitdown, { workspace: folder.path });
    const { facts } = await client.call('markitdown_info', { uri: 'a.md' });
    expect(facts).toMatchObject({ kind: 'markdown', title: 'One', outline: ['# One @0', '## Two @35'] });
    expect((await client.call('markitdown_convert', { uri: 'a.md', offset: 35 })).text).toBe('## Two\n');
  });
});

describe('bombs', () => {
  it('refuses a part that unpacks out of all proportion, at once', async () => {
    const bomb = docx(p('a'.repeat(500)).repeat(60_000));
    const before = process.cpuUsage();
    await expect(convert(bomb)).rejects.toMatchObject({ code: 'limit', message: expect.stringContaining('inflateRatio') });
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });
});
