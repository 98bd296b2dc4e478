/** What is published carries its licence. npm packs a file LICENSE of the package's own folder, whatever `files` says; it follows no link. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { root } from '../e2e/inspect.ts';

const run = promisify(execFile);
const packedSchema = z.array(z.object({ name: z.string(), files: z.array(z.object({ path: z.string() })) }));

it('every tarball has the LICENSE of the repository', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--workspaces'], { cwd: root });
  const packed = packedSchema.parse(JSON.parse(stdout));
  expect(packed.map(({ name }) => name)).toContain('@sandlot/file');
  const licence = await readFile(join(root, 'LICENSE'), 'utf8');
  for (const { name, files } of packed) {
    expect(
      files.map(({ path }) => path),
      name,
    ).toContain('LICENSE');
    const folder = join(root, 'node_modules', name);
    expect(await readFile(join(folder, 'LICENSE'), 'utf8'), name).toBe(licence);
  }
});
