/** The four targets: what each has, and how big it is. */
import assert from 'node:assert/strict';
import { Container, docker, run } from './docker.mjs';
import { compressedSize, imageOf, key, mcpTools, strict, targets } from './kit.mjs';
import { check, measure, seconds } from './report.mjs';

/** Builds them. */
export async function buildTargets() {
  for (const target of Object.keys(targets)) {
    await check(`the target ${target} builds`, async () => {
      const from = performance.now();
      const flags = ['--file', 'docker/Dockerfile', '--target', target, '--tag', imageOf(target)];
      await run('docker', ['build', ...flags, '.'], { DOCKER_BUILDKIT: '1' });
      return measure(`build of ${target}`, seconds(performance.now() - from));
    });
  }
}

/** What holds for each. */
export async function checkTargets() {
  for (const [target, servers] of Object.entries(targets)) {
    await check(`${target}: no setuid program, a user that is not root, labels`, async () => {
      const { User, Labels } = JSON.parse(docker('image', 'inspect', '--format', '{{json .Config}}', imageOf(target)));
      assert.equal(User, '1000:0');
      assert.equal(Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
      const find = ['find', '/', '-xdev', '-type', 'f', '-perm', '/6000'];
      assert.equal(docker('run', '--rm', '--user', '0', '--entrypoint', '', imageOf(target), ...find), '');
      const bytes = Number(docker('image', 'inspect', '--format', '{{.Size}}', imageOf(target)));
      return measure(`size of ${target}`, `${megabytes(bytes)}, ${megabytes(await compressedSize(imageOf(target)))} compressed`);
    });
    await check(`${target}: has its servers and no others`, async () => {
      const container = new Container(imageOf(target), strict);
      try {
        await container.ready();
        const named = new Set((await mcpTools(container)).map((name) => name.split('_')[0]));
        assert.deepEqual([...named].sort(), [...servers].sort());
        const { text } = await container.call(key, 'shell', 'shell_exec', { command: 'node --version; git --version' });
        assert.match(text, /^v24[^]*^git version/m);
      } finally {
        container[Symbol.dispose]();
      }
    });
  }
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
