/** A Python with what the tests import, made once for all runs. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isThere } from './processes.ts';

const run = promisify(execFile);
const packages = ['ipykernel', 'jupyter_server', 'numpy', 'pandas', 'matplotlib'];

/** Path of its program. Making it takes half a minute; test files that want it at the same time wait for the first. */
export async function testPython(): Promise<string> {
  const { stdout } = await run('python3', ['-c', 'import sys; print(sys.executable, sys.version)']);
  const key = createHash('sha256')
    .update(stdout + packages.join())
    .digest('hex')
    .slice(0, 12);
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sandlot', `test-python-${key}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  const making = `${folder}.making`;
  await mkdir(dirname(making), { recursive: true });
  while (!(await claim(making))) {
    if (existsSync(python)) return python;
    await sleep(100);
  }
  if (existsSync(python)) {
    await rm(making, { recursive: true });
    return python;
  }
  try {
    await run('python3', ['-m', 'venv', making]);
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw error;
  }
  return python;
}

/** Takes a folder for this process; one whose owner has died is taken over. */
async function claim(folder: string): Promise<boolean> {
  const owner = join(folder, 'owner');
  try {
    await mkdir(folder);
    await writeFile(owner, String(process.pid));
    return true;
  } catch {
    const pid = Number(await readFile(owner, 'utf8').catch(() => process.pid));
    if (pid !== process.pid && !isThere(pid)) await rm(folder, { recursive: true, force: true });
    return false;
  }
}
