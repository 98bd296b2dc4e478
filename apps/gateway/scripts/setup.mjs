/**
 * Sets a fresh clone up: dependencies, Node.js 24, a Chromium, the build. Plain JavaScript without dependencies: it runs on whatever
 * Node.js (20 or later) the machine has, before anything is installed. Each step is skipped when it is done already.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
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

/** Compiles what changed; a fifth of a second when nothing did. */
function build(node) {
  run(node, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'apps/gateway']);
}

/** The system's Chromium, else Debian's package, else Playwright's download. Without any, everything but the browser works. */
function findOrInstallChromium(node) {
  const present = findChromium();
  if (present) return say(`Browser: ${present}`);
  if (which('apt-get')) {
    const sudo =
      process.getuid?.() === 0
        ? []
        : which('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0
          ? ['sudo', '-n']
          : undefined;
    if (sudo) {
      say("No Chromium found. Installing Debian's package ...");
      const apt = (...args) =>
        spawnSync([...sudo, 'apt-get', ...args][0], [...sudo, 'apt-get', ...args].slice(1), {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        });
      apt('update', '-q');
      for (const name of ['chromium', 'chromium-browser']) {
        apt('install', '-y', '-q', '--no-install-recommends', name, 'fonts-liberation');
        if (findChromium()) return say(`Browser: ${findChromium()} (Debian's package)`);
      }
    }
  }
  say("No Chromium found. Trying Playwright's download ...");
  spawnSync(node, [join(root, 'node_modules', 'playwright-core', 'cli.js'), 'install', 'chromium'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const found = findChromium();
  if (found) return say(`Browser: ${found} (Playwright's download)`);
  say('\nNo Chromium could be had: the browser tools will say so, everything else works.');
  say('To get one: "apt-get install chromium" (Debian, Ubuntu), or set SANDLOT_BROWSER_EXECUTABLE_PATH to a Chrome or Chromium.\n');
}

function findChromium() {
  const given = process.env.SANDLOT_BROWSER_EXECUTABLE_PATH;
  if (given) return given;
  const system = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'].map(which).find(Boolean);
  if (system) return system;
  const downloads = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  return existsSync(downloads)
    ? readdirSync(downloads)
        .map((name) => join(downloads, name))
        .find((path) => /chromium/.test(path))
    : undefined;
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
