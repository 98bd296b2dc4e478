import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { pidsFolder, PidsGroup } from './pids-group.ts';
import { isAlive } from './proc.ts';

/** Makes files below a folder, as the kernel has them below `/sys/fs/cgroup`. */
async function mountsWith(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder.path, path, '..'), { recursive: true });
    await writeFile(join(folder.path, path), text);
  }
  return folder;
}

it('finds the cgroup of the server, whichever version counts pids', async () => {
  const v1 = '9:name=systemd:/x\n8:pids:/a/b\n0::/x\n';
  const v2 = '0::/user.slice/me.service\n';
  for (const [groups, files, expected] of [
    [v1, { 'pids/a/b/cgroup.procs': '' }, 'pids/a/b'],
    ['3:pids,rdma:/\n', { 'pids,rdma/cgroup.procs': '' }, 'pids,rdma'],
    // A container sees its own cgroup as the root of the mount, and the whole path all the same.
    [v1, { 'pids/cgroup.procs': '' }, 'pids'],
    [v1, {}, undefined],
    [v2, { 'user.slice/me.service/cgroup.subtree_control': 'cpu memory pids\n' }, 'user.slice/me.service'],
    ['0::/\n', { 'cgroup.subtree_control': 'pids\n' }, ''],
    // The controllers are there, but not handed down.
    [v2, { 'user.slice/me.service/cgroup.subtree_control': '', 'user.slice/me.service/cgroup.controllers': 'pids\n' }, undefined],
    [v2, {}, undefined],
    ['1:cpu:/\n0::/x\n', { 'unified/x/cgroup.subtree_control': 'hugetlb\n' }, undefined],
    ['', {}, undefined],
  ] as const) {
    await using mounts = await mountsWith(files);
    const found = pidsFolder(groups, mounts.path);
    expect(found && resolve(found), groups).toBe(expected === undefined ? undefined : join(mounts.path, expected).replace(/\/$/, ''));
  }
});

it('takes no cgroup in which pids are not counted, or that takes no processes', async () => {
  await using folder = await temporaryFolder();
  expect(PidsGroup.open(1, 10, folder.path)).toBeUndefined();
  expect(existsSync(join(folder.path, 'sandlot-1'))).toBe(false);
  expect(PidsGroup.open(1, 10, join(folder.path, 'missing'))).toBeUndefined();
});

/** Where version 2 is mounted, if this user may make cgroups there. */
function writableV2(): string | undefined {
  const mount = readFileSync('/proc/self/mounts', 'latin1')
    .split('\n')
    .find((line) => line.split(' ')[2] === 'cgroup2')
    ?.split(' ')[1];
  if (mount === undefined) return undefined;
  try {
    mkdirSync(join(mount, 'sandlot-probe'));
    rmdirSync(join(mount, 'sandlot-probe'));
    return mount;
  } catch {
    return undefined;
  }
}

const v2 = writableV2();

// Whether pids are counted there is another matter: joining, members and the end of all are the same without.
describe.runIf(v2 !== undefined)('a cgroup of version 2', () => {
  it('is joined, tells its members, also those below it, kills all at once, and is removed', async () => {
    const folder = join(v2 ?? '', `sandlot-test-${process.pid}`);
    mkdirSync(join(folder, 'below'), { recursive: true });
    const group = new PidsGroup(folder);
    try {
      const children = [spawn('sleep', ['300'], { stdio: 'ignore' }), spawn('sh', ['-c', 'setsid sleep 300 & wait'], { stdio: 'ignore' })];
      const ends = children.map((child) => once(child, 'exit'));
      const pids = children.map(({ pid }) => pid ?? 0);
      writeFileSync(group.joinFile, String(pids[0]));
      writeFileSync(join(folder, 'below/cgroup.procs'), String(pids[1]));
      expect(group.members()).toEqual(expect.arrayContaining(pids));
      group.remove();
      expect(existsSync(folder)).toBe(true);
      group.kill();
      expect((await Promise.all(ends)).map(([, signal]) => signal as string)).toEqual(['SIGKILL', 'SIGKILL']);
      await expect.poll(() => group.members().filter(isAlive)).toEqual([]);
    } finally {
      group.kill();
      await expect.poll(() => (group.remove(), existsSync(folder)), { timeout: 60_000 }).toBe(false);
    }
  });
});
