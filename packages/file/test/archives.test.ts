/** F38 and what archives are for: pack, unpack, list; nothing outside, nothing without end. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { pack as tarPack } from 'tar-stream';
import { expect, it } from 'vitest';
import { makeWorld, picture, secret } from './world.ts';

const run = promisify(execFile);

async function toBuffer(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of stream) if (Buffer.isBuffer(chunk)) parts.push(chunk);
  return Buffer.concat(parts);
}

for (const name of ['a.zip', 'a.tar', 'a.tar.gz', 'a.tgz']) {
  it(`packs and unpacks ${name}`, async () => {
    await using world = await makeWorld();
    await mkdir(world.inside('in/sub/empty'), { recursive: true });
    await writeFile(world.inside('in/sub/ü 漢.txt'), 'text\n');
    await writeFile(world.inside('in/big.bin'), Buffer.alloc(3_000_000, 7));
    await writeFile(world.inside('in/run.sh'), '#!/bin/sh\n');
    await chmod(world.inside('in/run.sh'), 0o755);
    await writeFile(world.inside('in/.gitignore'), '*.log\n');
    await writeFile(world.inside('in/x.log'), 'left out');
    await symlink(world.outside, world.inside('in/link'));
    const packed = await world.client.call('file_pack', { source: 'in', archive: `in/${name}` });
    expect(packed.facts['entries'], packed.text).toBe(5);
    expect((await world.client.call('file_pack', { source: 'in', archive: `in/${name}` })).error?.code).toBe('ALREADY_EXISTS');
    const listed = await world.client.call('file_unpack', { archive: `in/${name}`, list: true });
    expect(listed.text).toContain('sub/ü 漢.txt 5');
    const unpacked = await world.client.call('file_unpack', { archive: `in/${name}`, destination: 'out' });
    expect(unpacked.facts, unpacked.text).toMatchObject({ refused: 0 });
    expect(await readFile(world.inside('out/sub/ü 漢.txt'), 'utf8')).toBe('text\n');
    expect((await readFile(world.inside('out/big.bin'))).equals(Buffer.alloc(3_000_000, 7))).toBe(true);
    expect((await stat(world.inside('out/run.sh'))).mode & 0o777).toBe(0o755);
    expect((await stat(world.inside('out/sub/empty'))).isDirectory()).toBe(true);
    // Other programs read it, too.
    await mkdir(world.inside('other'));
    if (name === 'a.zip') await run('python3', ['-m', 'zipfile', '-e', world.inside(`in/${name}`), world.inside('other')]);
    else await run('tar', ['-xf', world.inside(`in/${name}`), '-C', world.inside('other')]);
    expect(await readFile(world.inside('other/sub/ü 漢.txt'), 'utf8')).toBe('text\n');
    const again = await world.client.call('file_unpack', { archive: `in/${name}`, destination: 'out' });
    expect(again.facts).toMatchObject({ refused: 4 });
    expect((await world.client.call('file_unpack', { archive: `in/${name}`, destination: 'out', overwrite: true })).facts).toMatchObject({
      refused: 0,
    });
  });
}

it('F38 refuses entries of a tar that could do harm, each by its name', async () => {
  await using world = await makeWorld();
  await mkdir(world.inside('out'));
  await symlink(world.outside, world.inside('out/link-out'));
  const tar = tarPack();
  const evil = ['../escape.txt', '/abs.txt', 'a/../../escape.txt', 'link-out/through.txt', String.raw`..\win.txt`, 'C:/win.txt'];
  for (const name of ['good.txt', ...evil, 'twice.txt', 'twice.txt', 'TWICE.txt']) tar.entry({ name }, 'x');
  for (const type of ['symlink', 'link', 'character-device', 'block-device', 'fifo'] as const)
    tar.entry({ name: `special-${type}`, type, linkname: '/etc/passwd' });
  tar.entry({ name: 'special-symlink/x.txt' }, 'x');
  tar.entry({ name: 'setuid', mode: 0o6777 }, 'x');
  tar.finalize();
  await writeFile(world.inside('evil.tar'), await toBuffer(tar));
  const before = await picture(world.outside);
  const answer = await world.client.call('file_unpack', { archive: 'evil.tar', destination: 'out' });
  expect(answer.isError, answer.text).toBe(false);
  for (const name of [...evil, 'TWICE.txt', 'special-symlink', 'special-fifo', 'special-link'])
    expect(answer.text).toContain(`refused ${name}`);
  expect(answer.facts).toEqual({ entries: 4, bytes: 4, refused: 13 });
  expect(await picture(world.outside)).toEqual(before);
  expect((await picture(world.base))[`${world.base}/escape.txt`]).toBeUndefined();
  expect((await stat(world.inside('out/setuid'))).mode & 0o7000).toBe(0);
  expect(answer.text).not.toContain(secret);
});

it('F38 refuses entries of a zip that could do harm', async () => {
  await using world = await makeWorld();
  const code = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as z:
    for name in ['../escape.txt', '/abs.txt', 'good.txt']: z.writestr(name, 'x')
    link = zipfile.ZipInfo('symlink'); link.create_system = 3; link.external_attr = 0o120777 << 16
    z.writestr(link, '/etc/passwd')`;
  await run('python3', ['-c', code, world.inside('evil.zip')]);
  const answer = await world.client.call('file_unpack', { archive: 'evil.zip', destination: 'out' });
  expect(answer.facts, answer.text).toEqual({ entries: 1, bytes: 1, refused: 3 });
  expect(Object.keys(await picture(world.inside('out')))).toEqual([world.inside('out/good.txt')]);
});

it('F38 stops at a bomb, and leaves nothing of a damaged archive', async () => {
  await using world = await makeWorld();
  const tar = tarPack();
  tar.entry({ name: 'first.txt' }, 'x');
  tar.entry({ name: 'zeros', size: 64_000_000 }, Buffer.alloc(64_000_000));
  tar.finalize();
  const whole = await toBuffer(tar);
  await writeFile(world.inside('bomb.tgz'), gzipSync(whole));
  const bomb = await world.client.call('file_unpack', { archive: 'bomb.tgz', destination: 'out' });
  expect(bomb.error?.code, bomb.text).toBe('PAYLOAD_TOO_LARGE');
  await writeFile(world.inside('cut.tar'), whole.subarray(0, 1_000_000));
  await writeFile(world.inside('cut.tgz'), gzipSync(whole).subarray(0, 2000));
  // A zip that says less than it holds.
  await writeFile(world.inside('lie'), Buffer.alloc(1000));
  await world.client.call('file_pack', { source: 'lie', archive: 'lie.zip' });
  const made = await readFile(world.inside('lie.zip'));
  const claimed = Buffer.alloc(4);
  claimed.writeUInt32LE(1000);
  const small = Buffer.alloc(4);
  small.writeUInt32LE(10);
  await writeFile(
    world.inside('lie.zip'),
    Buffer.from(made.toString('latin1').replaceAll(claimed.toString('latin1'), small.toString('latin1')), 'latin1'),
  );
  await writeFile(world.inside('cut.zip'), made.subarray(0, 60));
  await writeFile(world.inside('junk.zip'), Buffer.concat([Buffer.from('PK'), deflateRawSync(Buffer.alloc(1000))]));
  for (const archive of ['cut.tar', 'cut.tgz', 'lie.zip', 'cut.zip', 'junk.zip']) {
    const answer = await world.client.call('file_unpack', { archive, destination: 'out' });
    expect(answer.error?.code, `${archive}: ${answer.text}`).toBe('FAILED_PRECONDITION');
  }
  expect((await world.client.call('file_unpack', { archive: 'good.txt' })).error?.code).toBe('UNSUPPORTED');
  expect((await world.client.call('file_stat', { path: 'out' })).text).toContain('missing');
});
