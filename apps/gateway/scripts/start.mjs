/** `npm start`: sets up what is missing, builds, and serves the gateway. Further arguments go to it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onOrphaned } from './orphan.mjs';
import { root, setUp } from './setup.mjs';

const node = setUp();
const child = spawn(node, [join(root, 'apps', 'gateway', 'dist', 'bundle', 'bin.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// Only under npm: whoever starts this file by hand may leave it running.
if (process.env['npm_lifecycle_event'] !== undefined) onOrphaned(() => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
