/** 100,000 generated paths through generated trees of links, against a reference model and against what the kernel says they are. */
import { mkdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ToolError } from '@sandlot/core';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { meaningOf, readTree, type Tree } from './path-model.ts';
import { Workspace } from '../src/workspace/workspace.ts';

const trees = 100;
const pathsPerTree = 1000;

/** The same numbers at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state >> 8;
  }
}

it('reaches what is inside and nothing else', async () => {
  await using base = await temporaryFolder();
  const random = numbers(42);
  const pick = <T>(list: readonly T[]): T => {
    const item = list[random.next().value % list.length];
    if (item === undefined) throw new RangeError('The list is empty.');
    return item;
  };
  const names = ['a', 'b', 'c', 'link', 'up'] as const;
  const seen = { inside: 0, refused: 0, missing: 0 };
  for (let tree = 0; tree < trees; tree++) {
    const root = join(base.path, 'ws');
    for (const path of ['ws/a/b/c', 'ws/b/a', 'beyond/a/b', 'ws-x/a']) mkdirSync(join(base.path, path), { recursive: true });
    for (const path of ['ws/a/c', 'ws/c', 'beyond/a/c', 'beyond/c', 'ws-x/c']) writeFileSync(join(base.path, path), path);
    const targets = [
      '..',
      '../..',
      '.',
      'a',
      'a/b',
      '../b',
      '../beyond',
      '../../beyond',
      'link',
      'up/link',
      '../link',
      'c',
      root,
      `${root}/a`,
      `${root}-x`,
      join(base.path, 'beyond'),
      '/',
      'nothing',
      '../ws/a',
    ];
    for (const folder of ['', 'a', 'a/b', 'b', 'b/a']) {
      for (const name of ['link', 'up']) if (random.next().value % 3 > 0) symlinkSync(pick(targets), join(root, folder, name));
    }
    const model = readTree(root);
    await using workspace = new Workspace({ path: root });
    for (let i = 0; i < pathsPerTree; i++) {
      const length = 1 + (random.next().value % 6);
      const parts = Array.from({ length }, () => pick([...names, ...names, '..', '.', '']));
      const path = pick(['', '', '', `${root}/`, `${root}-x/`, '/']) + parts.join('/');
      if (path === '') continue;
      check(workspace, { root, tree: model }, path, seen);
    }
    rmSync(root, { recursive: true });
  }
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(trees);
}, 900_000);

function check(
  workspace: Workspace,
  { root, tree }: { root: string; tree: Tree },
  path: string,
  seen: Record<'inside' | 'refused' | 'missing', number>,
): void {
  const real = attempt(() => realpathSync.native(path.startsWith('/') ? path : join(root, '/') + path));
  const meaning = meaningOf(tree, root, path);
  const spot = attempt(() => workspace.spot(path));
  if (spot instanceof Error) {
    if (!ToolError.is(spot)) throw spot;
    seen.refused++;
    expect(meaning, `${path}: ${spot.message}`).toBe('refused');
    return;
  }
  using held = spot;
  if (!held.target) {
    seen.missing++;
    expect(meaning, path).toBe('missing');
    expect(typeof real === 'string', `${path} is missing, but there is ${String(real)}`).toBe(false);
    expect(`${held.parent?.place() ?? ''}/`.startsWith(`${root}/`), path).toBe(true);
    return;
  }
  seen.inside++;
  expect(meaning, `${path} led to ${String(real)}`).toEqual({ names: relative(root, String(real)) });
  const stats = statSync(String(real), { bigint: true });
  expect([held.target.stats.dev, held.target.stats.ino], path).toEqual([stats.dev, stats.ino]);
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
