/**
 * Builds the console into the gateway's package, when a source of it is newer.
 *
 *   node apps/gateway/scripts/console.mjs
 */
import { existsSync, globSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { licenses } from './licenses.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Builds it. */
export async function buildConsole() {
  const out = join(root, 'apps', 'gateway', 'dist', 'console');
  const sources = globSync('apps/console/{src/**/*,index.html,vite.config.ts,package.json}', { cwd: root });
  const madeAt = existsSync(join(out, 'LICENSES.txt')) ? statSync(join(out, 'LICENSES.txt')).mtimeMs : 0;
  if (sources.every((source) => statSync(join(root, source)).mtimeMs <= madeAt)) return;
  const { build } = await import('vite');
  const { output } = await build({ configFile: join(root, 'apps', 'console', 'vite.config.ts') });
  writeFileSync(join(out, 'LICENSES.txt'), licenses(output.flatMap(({ moduleIds }) => moduleIds ?? [])));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildConsole();
