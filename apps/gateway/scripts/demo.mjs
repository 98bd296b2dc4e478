/** `npm run demo`: sets up what is missing and runs the main job. Further arguments go to it. */
import { join } from 'node:path';
import { root, run, setUp } from './setup.mjs';

const node = setUp();
run(node, ['--conditions=@sandlot/source', join(root, 'apps', 'gateway', 'demo', 'demo.ts'), ...process.argv.slice(2)]);
