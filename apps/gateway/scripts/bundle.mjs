/**
 * Bundles the programs of the packages into `dist/bundle/`, from what `tsc -b` wrote. A program that loads three files instead of
 * three hundred starts in half the time and weighs 10 MB less; the packages' library entries stay as they are, but for core's OpenTelemetry SDK.
 * Puts beside them what a build has besides: the console, data of the PDF engine.
 *
 *   node apps/gateway/scripts/bundle.mjs              every program, and the console
 *   node apps/gateway/scripts/bundle.mjs packages/shell
 */
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { buildConsole } from './console.mjs';
import { licenses, licensesFile } from './licenses.mjs';
import { copyPdfjsData } from './pdfjs-data.mjs';

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
const core = join('packages', 'core');
// The programs take it from there.
await bundleSdk();
for (const folder of given.length > 0 ? given : workspaces) {
  if (Object.values(manifest(folder).bin ?? {}).includes('dist/bundle/bin.js')) await bundleProgram(folder);
  if (folder === join('apps', 'gateway')) await buildConsole();
  if (folder === join('packages', 'markitdown')) copyPdfjsData(join(root, folder));
}

/** Core's part that needs the OpenTelemetry SDK, with it inside: `npm install` has 18 MB less to fetch. Its other modules stay outside. */
async function bundleSdk() {
  const needsSdk = (file) => /from '@opentelemetry\/(?!api')/.test(readFileSync(file, 'utf8'));
  const resolveId = (id, importer) => {
    if (isBare(id) || importer === undefined || importer.includes('/node_modules/')) return null;
    const file = resolve(dirname(importer), id);
    return needsSdk(file) ? file : { id: relative(join(root, core, 'dist', 'bundle'), file), external: true };
  };
  const isExternal = (id) => packageOf(id) === '@opentelemetry/api';
  await bundle(core, join('telemetry', 'sdk.js'), isExternal, [{ name: 'own modules', resolveId }]);
}

async function bundleProgram(folder) {
  const isExternal = (id, importer) =>
    isBare(id) && !id.startsWith('#') && !importer?.includes('/node_modules/') && !inlined.has(packageOf(id));
  const output = await bundle(folder, 'bin.js', isExternal);
  if (!output) return;
  checkExternals(folder, output);
  chmodSync(join(root, folder, 'dist', 'bundle', 'bin.js'), 0o755);
}

/** @returns what it wrote, unless it was up to date */
async function bundle(folder, input, external, plugins = []) {
  const dist = join(root, folder, 'dist');
  const out = join(dist, 'bundle');
  if (isNew(join(out, basename(input)))) return undefined;
  const made = `${out}.${process.pid}`;
  const build = await rolldown({
    input: join(dist, input),
    platform: 'node',
    // The ES modules of packages that also ship UMD, which cannot be bundled.
    resolve: { mainFields: ['module', 'main'] },
    external,
    plugins,
    onLog: (level, log, next) => next(level === 'warn' ? 'error' : level, log),
  });
  const { output } = await build.write({ dir: made, format: 'esm', minify, chunkFileNames: '[name].js' });
  await build.close();
  writeFileSync(join(made, licensesFile), licenses(output.flatMap(({ moduleIds }) => moduleIds ?? [])));
  rmSync(out, { recursive: true, force: true });
  renameSync(made, out);
  return output;
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
