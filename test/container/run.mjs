/**
 * Builds the targets of the image and runs them. The docker command; the workspace must be installed and built.
 *
 *   npm run test:container [-- --skip-build]
 *
 * The last line is `N passed, N failed`.
 */
import { plainContainer } from './plain.mjs';
import { imageOf, targets } from './kit.mjs';
import { check, finish } from './report.mjs';
import { licenceFindings, packagesOf, vulnerabilityFindings } from './scan.mjs';
import { stressContainer, volumeContainer } from './stress.mjs';
import { strictContainer } from './strict.mjs';
import { buildTargets, checkTargets } from './targets.mjs';
import { uisContainer } from './uis.mjs';
import { usersContainer } from './users.mjs';

if (!process.argv.includes('--skip-build')) await buildTargets();
await checkTargets();
await strictContainer();
await plainContainer();
await usersContainer();
await uisContainer();
await volumeContainer();
await stressContainer();
for (const target of Object.keys(targets)) {
  await check(`${target}: no licence and no known vulnerability that is not explained`, () => {
    const packages = packagesOf(imageOf(target));
    const { findings, unreachable } = vulnerabilityFindings(imageOf(target));
    const all = [...licenceFindings(imageOf(target), packages), ...findings];
    if (all.length > 0) throw new Error(all.join('\n'));
    return `${packages.length} packages${unreachable.length > 0 ? `; could not be asked: ${unreachable.join(', ')}` : ''}`;
  });
}
finish();
