import { spawn } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { docx, p, styles } from '../../test/make/docx.ts';

const bin = fileURLToPath(new URL('../bin.ts', import.meta.url));

function run(args: string[], cwd: string, input?: string): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@sandlot/source', '--disable-warning=ExperimentalWarning', bin, ...args], { cwd });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', reject).on('close', (status) => resolve({ status, out, err }));
    child.stdin.end(input ?? '');
  });
}

describe('the command line', () => {
  it('prints the Markdown of a file, and nothing else', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'report.docx'), docx(p('Report', 'Heading1') + p('Fine.'), { styles }));
    expect(await run(['report.docx'], folder.path)).toEqual({ status: 0, out: '# Report\n\nFine.\n', err: '' });
  });

  it('reads stdin, takes hints, writes files', async () => {
    await using folder = await temporaryFolder();
    expect((await run(['-', '-x', 'csv'], folder.path, 'a;b\n1;2\n')).out).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |\n');
    expect((await run(['-', '-x', 'html', '-o', 'deep/page.md'], folder.path, '<h1>Hi</h1>')).status).toBe(0);
    expect(await readFile(join(folder.path, 'deep/page.md'), 'utf8')).toBe('# Hi\n');
  });

  it('converts folders, and says which documents failed', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'in/sub'), { recursive: true });
    await writeFile(join(folder.path, 'in/a.csv'), 'x,y\n');
    await writeFile(join(folder.path, 'in/sub/b.html'), '<p>b</p>');
    await writeFile(join(folder.path, 'in/broken.docx'), 'PK\u0003\u0004 not a zip');
    const { status, err } = await run(['in', '-d', 'out'], folder.path);
    expect(status).toBe(1);
    expect(err).toContain('2 of 3 converted into out');
    expect(err).toMatch(/failed: in\/broken\.docx: .*broken/);
    expect(await readFile(join(folder.path, 'out/sub/b.html.md'), 'utf8')).toBe('b\n');
  });

  it('refuses documents that would become the same file, and converts none of them', async () => {
    await using folder = await temporaryFolder();
    for (const name of ['a', 'b']) {
      await mkdir(join(folder.path, name));
      await writeFile(join(folder.path, name, 'x.csv'), `${name},1\n`);
    }
    const { status, err } = await run(['a/x.csv', 'b/x.csv', '-d', 'out'], folder.path);
    expect([status, err]).toEqual([2, expect.stringContaining('a/x.csv and b/x.csv would both become out/x.csv.md')]);
    expect((await readdir(folder.path)).toSorted()).toEqual(['a', 'b']);
    expect((await run(['a', 'b/x.csv', 'b/x.csv', '-d', 'out'], join(folder.path))).status).toBe(2);
    expect((await run(['.', '-d', 'out'], folder.path)).status).toBe(0);
    expect(await readdir(join(folder.path, 'out'), { recursive: true })).toEqual(expect.arrayContaining(['a/x.csv.md', 'b/x.csv.md']));
  });

  it('links saved pictures from where the Markdown is', async () => {
    await using folder = await temporaryFolder();
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    await mkdir(join(folder.path, 'in/sub'), { recursive: true });
    const output = { output_type: 'display_data', metadata: {}, data: { 'image/png': png.toString('base64') } };
    const cell = { cell_type: 'code', source: 'plot()', metadata: {}, execution_count: 1, outputs: [output] };
    await writeFile(join(folder.path, 'in/sub/a.ipynb'), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }));
    const linked = async (path: string) => /!\[.*\]\((\S+)\)/.exec(await readFile(path, 'utf8'))?.[1] ?? '';
    expect((await run(['in', '-d', 'out', '--images', 'pictures'], folder.path)).status).toBe(0);
    const page = join(folder.path, 'out/sub/a.ipynb.md');
    expect(await readFile(join(dirname(page), await linked(page)))).toEqual(png);
    expect((await run(['in/sub/a.ipynb', '-o', 'out/a.md', '--images', 'out'], folder.path)).status).toBe(0);
    expect(await linked(join(folder.path, 'out/a.md'))).toMatch(/^\w+\.png$/);
  });

  it('replaces an older output when the new one is whole, follows links, and leaves devices alone', async () => {
    await using folder = await temporaryFolder();
    const [real, link] = ['real.md', 'link.md'].map((name) => join(folder.path, name)) as [string, string];
    await writeFile(real, 'old', { mode: 0o600 });
    await symlink(real, link);
    expect((await run(['-', '-x', 'docx', '-o', 'link.md'], folder.path, 'PK\u0003\u0004 not a zip')).status).not.toBe(0);
    expect(await readFile(real, 'utf8')).toBe('old');
    expect((await run(['-', '-x', 'html', '-o', 'link.md'], folder.path, '<p>new</p>')).status).toBe(0);
    expect([await readFile(real, 'utf8'), (await stat(real)).mode & 0o777, (await lstat(link)).isSymbolicLink()]).toEqual([
      'new\n',
      0o600,
      true,
    ]);
    expect((await run(['-', '-x', 'html', '-o', '/dev/null'], folder.path, '<p>new</p>')).status).toBe(0);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    expect((await readdir(folder.path)).toSorted()).toEqual(['link.md', 'real.md']);
  });

  it('prints facts as JSON or as front matter', async () => {
    await using folder = await temporaryFolder();
    const json: unknown = JSON.parse((await run(['-', '--json'], folder.path, '<title>T</title><h1>A</h1>')).out);
    expect(json).toMatchObject({ markdown: '# A\n', kind: 'html', title: 'T', outline: [{ level: 1, title: 'A', offset: 0 }] });
    expect((await run(['-', '--front-matter'], folder.path, '<title>T</title><h1>A</h1>')).out).toBe('---\ntitle: "T"\n---\n\n# A\n');
  });

  it('tells wrong usage, unsupported kinds and missing files apart', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'x.bin'), new Uint8Array([0, 1, 2, 3]));
    expect((await run(['--no-such-flag'], folder.path)).status).toBe(2);
    expect((await run(['x.bin', '--tables', 'round'], folder.path)).err).toContain('--tables "round"');
    expect((await run(['x.bin'], folder.path)).status).toBe(3);
    expect(await run(['none.pdf'], folder.path)).toMatchObject({ status: 1, err: expect.stringContaining('none.pdf') });
    expect((await run(['--version'], folder.path)).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
