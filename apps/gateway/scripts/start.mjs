/** `npm start`: sets up what is missing, builds, and serves the gateway. Further arguments go to it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

const node = setUp();
const child = spawn(node, [join(root, 'apps', 'gateway', 'dist', 'bundle', 'bin.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
