/** `npm test`: sets up what is missing and runs every test. Further arguments go to vitest. */
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

const node = setUp();
run(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)]);
