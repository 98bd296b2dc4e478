import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
