/**
 * Sets a fresh clone up: dependencies, Node.js 24, a Chromium, the build. Plain JavaScript without dependencies: it runs on whatever
 * Node.js (20 or later) the machine has, before anything is installed. Each step is skipped when it is done already.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));
const say = (text) => process.stderr.write(`${text}\n`);

/** Sets up what is missing. `browser: false` leaves Chromium alone. */
export function setUp({ browser = true } = {}) {
  installDependencies();
  const node = node24();
  if (browser) findOrInstallChromium(node);
  build(node);
  return node;
}

/** npm writes its own lockfile into node_modules as the last step of an install. */
function installDependencies() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return;
  say('Installing dependencies (npm ci) ...');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** The pinned Node.js: from the platform package, else this one when it is 24. */
function node24() {
  const pinned = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(pinned)) return pinned;
  if (process.versions.node.startsWith('24.')) return process.execPath;
  fail(
    `Sandlot runs on Node.js 24; this is ${process.versions.node}, and there is no platform package for ${process.platform}-${process.arch}. Install Node.js 24.`,
  );
}

/** Compiles and bundles what changed; half a second when nothing did. */
function build(node) {
  run(node, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'apps/gateway']);
  run(node, [join(root, 'apps', 'gateway', 'scripts', 'bundle.mjs')]);
}

/** The system's Chromium, else Debian's package, else Playwright's download. Without any, everything but the browser works. */
function findOrInstallChromium(node) {
  const present = findChromium();
  if (present) return say(`Browser: ${present}`);
  const tried = join(root, 'node_modules', '.sandlot-no-browser');
  const day = 24 * 3600 * 1000;
  if (!existsSync(tried) || Date.now() - statSync(tried).mtimeMs > day) {
    writeFileSync(tried, 'Setting up found no browser. Remove this file to let it try again.\n');
    const installed = installDebianChromium() ?? downloadChromium(node);
    if (installed) return say(`Browser: ${installed}`);
  }
  say('\nNo Chromium could be had: the browser tools will say so, everything else works.');
  say(
    'To get one: "apt-get install chromium" on Debian, Google Chrome\'s .deb on Ubuntu (its own package is a snap, which does not work here),',
  );
  say(`or set SANDLOT_BROWSER_EXECUTABLE_PATH to a Chrome or Chromium. To let set-up try again, remove ${tried}.\n`);
}

function installDebianChromium() {
  const sudo =
    process.getuid?.() === 0
      ? []
      : which('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
        ? ['sudo', '-n']
        : undefined;
  if (!which('apt-get') || !sudo) return undefined;
  say("No Chromium found. Installing Debian's package ...");
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args];
    spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  };
  apt('update', '-q');
  apt('install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-liberation');
  return findChromium();
}

function downloadChromium(node) {
  say("Trying Playwright's download of Chromium ...");
  const args = [join(root, 'node_modules', 'playwright-core', 'cli.js'), 'install', 'chromium'];
  const { status, stderr } = spawnSync(node, args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) say(`It failed: ${(stderr ?? '').trim().split('\n')[0]}`);
  return findChromium();
}

/** A browser that starts: Ubuntu's chromium-browser without its snap is there, but does not. */
function findChromium() {
  const given = process.env.SANDLOT_BROWSER_EXECUTABLE_PATH;
  const system = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].map(which);
  const downloads = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  const downloaded = existsSync(downloads)
    ? readdirSync(downloads)
        .filter((name) => /^chromium-\d+$/.test(name))
        .flatMap((name) => ['chrome-linux64', 'chrome-linux'].map((folder) => join(downloads, name, folder, 'chrome')))
    : [];
  return [given, ...system, ...downloaded].find((path) => path !== undefined && existsSync(path) && starts(path));
}

function starts(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 && /chrom/i.test(stdout);
}

function which(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Runs a command in the repository with the pinned Node.js first on the path; ends this process when it fails. */
export function run(command, args, env = {}) {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, ...env },
    shell: process.platform === 'win32',
  });
  if (error) fail(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function fail(text) {
  say(text);
  process.exit(1);
}
