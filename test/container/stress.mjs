/** An agent that takes all it can get: the gateway goes on answering. All of it is bounded by the container's limits. */
import assert from 'node:assert/strict';
import { Container, docker } from './docker.mjs';
import { image, key, strict } from './kit.mjs';
import { check } from './report.mjs';

/** The slowest answer of /healthz while something goes on, in milliseconds. */
async function slowestHealth(container, going) {
  const url = `${container.url}/healthz`;
  let isDone = false;
  const ended = going.catch((error) => error).finally(() => (isDone = true));
  const times = [];
  while (!isDone) {
    const from = performance.now();
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    times.push(performance.now() - from);
    await new Promise((done) => setTimeout(done, 50));
  }
  return { slowest: Math.max(...times), looks: times.length, result: await ended };
}

/** One stress after the other, in one container. */
export async function stressContainer() {
  const container = new Container(image, [...strict, '--tmpfs', '/workspace:size=64m,mode=0775,uid=54321', '--cpus', '2']);
  const shell = (command, more = {}) => container.call(key, 'shell', 'shell_exec', { command, ...more });
  try {
    await container.ready();
    await shell('true');
    const bombs = {
      'a fork bomb': () => shell('bomb() { bomb | bomb & }; bomb; sleep 5', { timeout_ms: 8000, wait_ms: 20_000 }),
      'a program that takes all memory': () =>
        shell(`python3 -c 'x = []\nwhile True: x.append(bytearray(16 << 20))'`, { timeout_ms: 60_000, wait_ms: 90_000 }),
      'a full disk': () => shell('head -c 100M /dev/zero >big; echo "head ended with $?"', { timeout_ms: 30_000, wait_ms: 40_000 }),
    };
    for (const [name, bomb] of Object.entries(bombs)) {
      await check(`${name} leaves the gateway answering, and the next command runs`, async () => {
        const { slowest, looks, result } = await slowestHealth(container, bomb());
        assert.ok(slowest < 250, `/healthz took ${slowest.toFixed(0)} ms; ${JSON.stringify(result)}`);
        // What it left behind ends with it.
        if (result.facts?.survivors) await container.call(key, 'shell', 'shell_kill', { process_id: result.facts.process_id });
        const { text } = await shell('rm -f big; echo fine');
        assert.match(text, /fine/);
        assert.equal(container.inspect('{{.State.Running}} {{.RestartCount}}'), 'true 0');
        return `/healthz within ${slowest.toFixed(0)} ms (${looks} looks)`;
      });
    }
  } finally {
    container[Symbol.dispose]();
  }
}

/** One volume, two users, one after the other; an empty one first. */
export async function volumeContainer() {
  const volume = docker('volume', 'create');
  try {
    for (const [turn, user] of ['54321:0', '54322:0'].entries()) {
      await check(turn === 0 ? 'an empty volume is a workspace' : 'the same volume serves another user later', async () => {
        const container = new Container(image, [...strict, '--user', user, '--volume', `${volume}:/workspace`]);
        try {
          await container.ready();
          const { text } = await container.call(key, 'shell', 'shell_exec', {
            command: 'cat log.txt 2>/dev/null; id -u >>log.txt; cat log.txt',
          });
          assert.match(text, turn === 0 ? /^54321\n/ : /^54321\n54321\n54322\n/);
          assert.ok(container.stop(30) < 10_000);
        } finally {
          container[Symbol.dispose]();
        }
      });
    }
  } finally {
    docker('volume', 'rm', '--force', volume);
  }
}
