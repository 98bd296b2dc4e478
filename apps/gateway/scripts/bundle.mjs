/**
 * Bundles the programs of the packages into `dist/bundle/`, from what `tsc -b` wrote. A program that loads three files instead of
 * three hundred starts in half the time and weighs 10 MB less; the packages' library entries stay as they are.
 *
 *   node apps/gateway/scripts/bundle.mjs              every program, and the console
 *   node apps/gateway/scripts/bundle.mjs packages/shell
 */
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { copyCharacterMaps } from './character-maps.mjs';
import { buildConsole } from './console.mjs';
import { licenses } from './licenses.mjs';

// Without blanks and comments, but with every name, so that a stack trace can be read.
const minify = { compress: false, mangle: false };
const root = fileURLToPath(new URL('../../..', import.meta.url));
const manifest = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const workspaces = globSync(['packages/*', 'apps/*'], { cwd: root }).filter((folder) => existsSync(join(root, folder, 'package.json')));

/** What programs need at their start; other dependencies stay outside, where npm put them, and load when they are used. */
const inlined = new Set([
  ...Object.keys(manifest('packages/core').dependencies),
  ...workspaces.map((folder) => manifest(folder).name),
  '@modelcontextprotocol/client',
  'ignore',
]);

const given = process.argv.slice(2).map((folder) => relative(root, resolve(folder)));
for (const folder of given.length > 0 ? given : workspaces) {
  if (Object.values(manifest(folder).bin ?? {}).includes('dist/bundle/bin.js')) await bundle(folder);
  if (folder === join('apps', 'gateway')) await buildConsole();
  if (folder === join('packages', 'markitdown')) copyCharacterMaps(join(root, folder));
}

async function bundle(folder) {
  const out = join(root, folder, 'dist', 'bundle');
  if (isNew(join(out, 'bin.js'))) return;
  const made = `${out}.${process.pid}`;
  const build = await rolldown({
    input: join(root, folder, 'dist', 'bin.js'),
    platform: 'node',
    // The ES modules of packages that also ship UMD, which cannot be bundled.
    resolve: { mainFields: ['module', 'main'] },
    external: (id, importer) => isBare(id) && !importer?.includes('/node_modules/') && !inlined.has(packageOf(id)),
    onLog: (level, log, next) => next(level === 'warn' ? 'error' : level, log),
  });
  const { output } = await build.write({ dir: made, format: 'esm', minify, chunkFileNames: '[name].js' });
  await build.close();
  checkExternals(folder, output);
  writeFileSync(join(made, 'LICENSES.txt'), licenses(output.flatMap(({ moduleIds }) => moduleIds ?? [])));
  chmodSync(join(made, 'bin.js'), 0o755);
  rmSync(out, { recursive: true, force: true });
  renameSync(made, out);
}

/** True when a bundle is newer than everything that it could hold. */
function isNew(file) {
  if (!existsSync(file)) return false;
  const sources = globSync(['packages/*/dist/**/*.js', 'apps/*/dist/**/*.js'], { cwd: root, exclude: (name) => name === 'bundle' });
  const inputs = [...sources.map((name) => join(root, name)), join(root, 'package-lock.json'), fileURLToPath(import.meta.url)];
  const { mtimeMs } = statSync(file);
  return inputs.every((input) => statSync(input).mtimeMs <= mtimeMs);
}

/** A program may load at its start only what its own package depends on: nothing else is sure to be installed where it looks. */
function checkExternals(folder, output) {
  const { name, dependencies = {}, optionalDependencies = {} } = manifest(folder);
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const atStart = new Set();
  const visit = (file) => {
    if (atStart.has(file)) return;
    atStart.add(file);
    chunks.get(file)?.imports.forEach(visit);
  };
  visit('bin.js');
  chunks.get('bin.js')?.dynamicImports.forEach(visit);
  for (const id of atStart) {
    if (chunks.has(id) || id.startsWith('node:') || packageOf(id) in { ...dependencies, ...optionalDependencies }) continue;
    throw new Error(
      `The program of ${name} loads "${id}" at its start, which its package.json does not name: import it later, or inline it.`,
    );
  }
}

function isBare(id) {
  return !/^[./\0]/.test(id);
}

function packageOf(id) {
  return /^(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? id;
}
