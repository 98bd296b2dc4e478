/** Started as root: the gateway and the agent are two users. */
import assert from 'node:assert/strict';
import { Container } from './docker.mjs';
import { image, key, locked } from './kit.mjs';
import { check } from './report.mjs';

const flags = ['--user', '0', ...locked, '--cap-add', 'SETUID', '--cap-add', 'SETGID', '--cap-add', 'KILL'];
const state = ['--tmpfs', '/var/lib/sandlot:uid=1000,mode=0700'];

/** Checks what the agent cannot do. */
export async function usersContainer() {
  const container = new Container(image, [...flags, ...state]);
  const shell = async (command) => (await container.call(key, 'shell', 'shell_exec', { command })).text;
  try {
    let gateway;
    await check('started as root, nothing runs as root but tini, and the agent is a user of its own', async () => {
      await container.ready();
      assert.match(await shell('id -u; grep -E "^(CapEff|CapBnd|CapAmb|NoNewPrivs):" /proc/self/status'), /^1001\nCapEff:\s+0{16}\n/m);
      const users = await shell('ps -eo user:20,pid,args --no-headers');
      gateway = Number(/^sandlot +(\d+) .*node /m.exec(users)?.[1]);
      assert.ok(gateway > 0, users);
      assert.deepEqual(users.match(/^root .*/gm)?.length, 1, users);
    });
    await check("the agent cannot read the gateway's environment, memory, key or audit trail", async () => {
      for (const path of [`/proc/${gateway}/environ`, `/proc/${gateway}/mem`, `/proc/${gateway}/fd`, '/var/lib/sandlot/audit']) {
        assert.match(await shell(`ls ${path}/ 2>&1 || head -c 1 ${path} 2>&1`), /Permission denied|No such/, path);
      }
      assert.doesNotMatch(await shell(`cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'`), new RegExp(key));
    });
    await check('the agent cannot signal the gateway, become it, or get a capability', async () => {
      assert.match(await shell(`kill -9 ${gateway} 2>&1`), /not permitted/);
      assert.match(await shell('setpriv --reuid=1000 id 2>&1'), /not permitted/);
      assert.match(await shell('setpriv --reuid=0 id 2>&1'), /not permitted/);
      assert.match(await shell('grep CapBnd /proc/self/status; unshare --user --map-root-user id -u 2>&1; true'), /CapBnd/);
    });
    await check('files of both are shared in the workspace; commands are ended by the gateway', async () => {
      await container.call(key, 'file', 'file_write', { path: 'note.txt', content: 'shared' });
      assert.match(await shell('cat note.txt; echo more >>note.txt && echo changed'), /shared[^]*changed/);
      const { facts } = await container.call(key, 'shell', 'shell_exec', { command: 'sleep 600', timeout_ms: 500 });
      assert.notEqual(facts.status, 'running');
      assert.match(await shell('pgrep -c sleep'), /^0\n/);
      const { text } = await container.call(key, 'browser', 'browser_navigate', { url: 'data:text/html,<title>Hi</title>' });
      assert.match(text, /Hi/);
    });
    await check('the sandbox says so', async () => {
      const answer = await fetch(`${container.url}/v1/sandbox`, { headers: { authorization: `Bearer ${key}` } });
      const { data } = await answer.json();
      const { confinement } = data.doctor;
      assert.deepEqual(confinement.find(({ id }) => id === 'separation')?.status, 'ok', JSON.stringify(confinement));
    });
    await check('it ends within 10 s of SIGTERM, servers of other users too', () => {
      const ms = container.stop(30);
      assert.ok(ms < 10_000, `it took ${ms} ms`);
      assert.equal(container.inspect('{{.State.ExitCode}}'), '0', container.logs);
    });
  } finally {
    container[Symbol.dispose]();
  }
}
