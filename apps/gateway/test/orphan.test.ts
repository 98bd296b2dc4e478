import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';

it('a script that npm runs notices when the shell between them is gone', async () => {
  await using folder = await temporaryFolder();
  const [script, said] = [join(folder.path, 'script.mjs'), join(folder.path, 'said')];
  const module = JSON.stringify(new URL('../scripts/orphan.mjs', import.meta.url).href);
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs';
     import { onOrphaned } from ${module};
     const say = (text) => writeFileSync(${JSON.stringify(said)}, text);
     onOrphaned(() => { say('orphaned'); process.exit(); }, 20);
     say('started');
     setTimeout(() => process.exit(), 300_000);`,
  );
  // As npm does it; the second command keeps the shell from becoming the script.
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${script}"; true`], { stdio: 'ignore' });
  const text = () => (existsSync(said) ? readFileSync(said, 'utf8') : '');
  await expect.poll(text, { timeout: 60_000 }).toBe('started');
  shell.kill('SIGTERM');
  await once(shell, 'exit');
  await expect.poll(text, { timeout: 60_000 }).toBe('orphaned');
});
