/** No flags at all. */
import assert from 'node:assert/strict';
import { Container, docker } from './docker.mjs';
import { image, key } from './kit.mjs';
import { check } from './report.mjs';

const page = 'data:text/html,<title>Hi</title>';

/** The one-line quick start: no flags at all. */
export async function plainContainer() {
  const container = new Container(image);
  try {
    let made;
    await check('without any flag it runs as its own user and makes a key', async () => {
      await container.ready();
      made = /sk-sandlot-[\w-]{40,}/.exec(container.logs)?.[0];
      assert.ok(made, container.logs);
      const { text } = await container.call(made, 'shell', 'shell_exec', { command: 'id -u; id -un; echo kept >kept.txt' });
      assert.match(text, /^1000\nsandlot\n/);
    });
    await check("under Docker's default profile the browser refuses, and says why", async () => {
      await assert.rejects(container.call(made, 'browser', 'browser_navigate', { url: page }), /cannot put its sandbox up/);
    });
    await check('after a restart the key and the workspace are the same', async () => {
      docker('restart', '--time', '30', container.id);
      await container.ready();
      const { text } = await container.call(made, 'shell', 'shell_exec', { command: 'cat kept.txt' });
      assert.match(text, /kept/);
    });
  } finally {
    container[Symbol.dispose]();
  }
  await check("Chromium's sandbox can be switched off, and the answers tell", async () => {
    const unsandboxed = new Container(image, ['--env', 'SANDLOT_BROWSER_SANDBOX=false', '--env', `SANDLOT_API_KEY=${key}`]);
    try {
      await unsandboxed.ready();
      const { text } = await unsandboxed.call(key, 'browser', 'browser_navigate', { url: page });
      assert.match(text, /without its own sandbox/);
    } finally {
      unsandboxed[Symbol.dispose]();
    }
  });
  await check('refuses to be open to everybody', async () => {
    const open = new Container(image, ['--env', 'SANDLOT_AUTH=none']);
    try {
      assert.equal(docker('wait', open.id), '2');
      assert.match(open.logs, /SANDLOT_AUTH=none is refused/);
    } finally {
      open[Symbol.dispose]();
    }
  });
}
