/**
 * Builds the targets of the image and runs them. Plain Node.js (20 or later) and the docker command; the workspace must be installed and
 * built.
 *
 *   node test/container/run.mjs [--skip-build]
 *
 * The last line is `N passed, N failed`.
 */
import { plainContainer } from './plain.mjs';
import { finish } from './report.mjs';
import { stressContainer, volumeContainer } from './stress.mjs';
import { strictContainer } from './strict.mjs';
import { buildTargets, checkTargets } from './targets.mjs';
import { usersContainer } from './users.mjs';

if (!process.argv.includes('--skip-build')) await buildTargets();
await checkTargets();
await strictContainer();
await plainContainer();
await usersContainer();
await volumeContainer();
await stressContainer();
finish();
