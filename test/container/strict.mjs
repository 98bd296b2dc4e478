/** The strictest way to run it. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { Container, docker, run } from './docker.mjs';
import { image, key, mcpTools, root, strict } from './kit.mjs';
import { check, measure, seconds } from './report.mjs';

/** The demo's CRM runs on this machine, which is a private address for the browser in the container. */
const crm = [
  '--env',
  `SANDLOT_BROWSER_ALLOWED_HOSTS=${docker('network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Subnet}}')}`,
];

/** The processes of Chromium that show pages, each with its namespaces and its filter, seen by root beside it. */
function renderers(container) {
  const script = `self=$(readlink /proc/1/ns/user /proc/1/ns/pid /proc/1/ns/net | tr '\\n' ' ')
    for p in /proc/[0-9]*; do
      tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q '^[^ ]*chromium .*--type=renderer' || continue
      echo "$(sed -n 's/^Seccomp_filters:\\s*//p' $p/status) $(readlink $p/ns/user $p/ns/pid $p/ns/net | tr '\\n' ' ')| $self"
    done`;
  const beside = ['--rm', '--pid', `container:${container.id}`, '--cap-add', 'SYS_PTRACE', '--user', '0'];
  return docker('run', ...beside, '--entrypoint', 'bash', image, '-c', script)
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [own, self] = line.split('|').map((part) => part.trim().split(' '));
      const [filters, ...namespaces] = own;
      return { filters: Number(filters), shared: namespaces.filter((one) => self.includes(one)) };
    });
}

/** The image as strictly as Docker can run it: any uid, no capability, read-only. */
export async function strictContainer() {
  const container = new Container(image, [...strict, ...crm]);
  const call = (server, tool, args) => container.call(key, server, tool, args);
  try {
    await check('gets ready under a uid of its own, without capabilities, on a read-only root', async () => {
      return measure('docker run to ready', seconds(await container.ready()));
    });
    await check('its health check passes', () => {
      const command = JSON.parse(container.inspect('{{json .Config.Healthcheck.Test}}')).slice(1);
      docker('exec', container.id, ...command);
    });
    await check('is closed without the key', async () => {
      for (const authorization of [undefined, 'Bearer wrong']) {
        for (const path of ['/mcp', '/v1/mcp/shell/tools/shell_exec', '/v1/openapi.json']) {
          const method = path.endsWith('.json') ? 'GET' : 'POST';
          const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
          const answer = await fetch(container.url + path, { method, headers, ...(method === 'POST' && { body: '{}' }) });
          assert.equal(answer.status, 401, `${method} ${path} with ${authorization}`);
        }
      }
    });
    await check('lists the tools of all servers and starts none of them', async () => {
      const tools = await mcpTools(container);
      for (const name of ['file_read', 'shell_exec', 'browser_navigate', 'markitdown_convert']) assert.ok(tools.includes(name), name);
      const processes = container.processes();
      assert.deepEqual(
        processes.map(({ command }) => /tini|bin\.js|sandlot/.exec(command)?.[0]),
        ['tini', 'sandlot'],
        JSON.stringify(processes),
      );
      measure('idle memory of the gateway', `${processes.at(-1).rssMb.toFixed(0)} MB`);
      return `${tools.length} tools`;
    });
    await check('shows a prompt that does not need a name for that uid', () => {
      const prompt = docker('exec', '--env', 'HOME=/home/sandlot', container.id, 'bash', '-ic', 'echo "${PS1@P}"');
      assert.match(prompt, /sandlot:\/workspace\$/);
      assert.doesNotMatch(prompt, /no name/);
    });
    await check('runs a command as that uid, without privileges', async () => {
      const command = 'id -u; id -g; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; touch /usr/x 2>&1; pwd; env';
      const from = performance.now();
      const { text } = await call('shell', 'shell_exec', { command });
      measure('first command', seconds(performance.now() - from));
      assert.match(text, /^54321\n0\n/);
      assert.match(text, /CapEff:\s+0{16}\n/);
      assert.match(text, /CapBnd:\s+0{16}\n/);
      assert.match(text, /NoNewPrivs:\s+1\n/);
      assert.match(text, /Seccomp:\s+2\n/);
      assert.match(text, /Read-only file system/);
      assert.match(text, /^\/workspace$/m);
      assert.ok(!text.includes(key), 'the command sees the key');
    });
    await check('commands and cells have pandas and Matplotlib', async () => {
      const { text } = await call('shell', 'shell_exec', { command: 'python3 -c "import pandas, matplotlib; print(pandas.__name__)"' });
      assert.match(text, /^pandas\n/);
      const from = performance.now();
      const cell = { language: 'python', code: 'import pandas as pd\npd.DataFrame({"a": [1, 2]}).sum().a' };
      assert.match((await call('code', 'code_execute', cell)).text, /3/);
      measure('first cell of Python', seconds(performance.now() - from));
    });
    await check('has Python, Node.js and git, and installs packages into the home folder', async () => {
      const command = `set -e; python3 -m venv --without-pip /tmp/v; node --version; git --version
        python3 -m pip config list; npm prefix --global`;
      const { text, facts } = await call('shell', 'shell_exec', { command });
      assert.equal(facts.exit_code, 0, text);
      assert.match(text, /^v24[^]*^git version[^]*^global\.break-system-packages='true'\n\/home\/sandlot\/\.local$/m);
    });
    await check('shows a page in a sandboxed Chromium', async () => {
      await call('file', 'file_write', { path: 'site/index.html', content: '<title>Hello</title><h1>Hello from inside</h1>' });
      await call('shell', 'shell_exec', { command: 'python3 -m http.server 8099 --bind 127.0.0.1 --directory site', wait_ms: 0 });
      await call('shell', 'shell_exec', {
        command: 'for i in $(seq 100); do curl -fs http://127.0.0.1:8099/ >/dev/null && exit; sleep 0.1; done; exit 1',
      });
      const from = performance.now();
      await call('browser', 'browser_navigate', { url: 'http://127.0.0.1:8099/' });
      measure('first page', seconds(performance.now() - from));
      const { text } = await call('browser', 'browser_snapshot', {});
      assert.match(text, /Hello from inside/);
      const found = renderers(container);
      assert.ok(found.length > 0, 'there is no renderer');
      for (const { filters, shared } of found) {
        assert.deepEqual(shared, [], 'a renderer shares namespaces with the container');
        assert.ok(filters >= 2, `a renderer has ${filters} seccomp filters, the container's alone`);
      }
      assert.ok(!container.processes().some(({ command }) => command.includes('--no-sandbox')), 'Chromium runs with --no-sandbox');
      return `${found.length} renderers in namespaces of their own`;
    });
    await check('the main job runs in it', async () => {
      const from = performance.now();
      const host = container.inspect('{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}');
      const demo = ['--conditions=@sandlot/source', 'apps/gateway/demo/demo.ts'];
      await run(node24(), [...demo, '--url', container.url, '--key', key, '--crm-host', host]);
      measure('the main job', seconds(performance.now() - from));
    });
    await check('sandlot doctor finds it confined, and says what is not', () => {
      const { confinement } = JSON.parse(docker('exec', container.id, 'sandlot', 'doctor', '--json'));
      const lacking = confinement.filter(({ status }) => status !== 'ok').map(({ id }) => id);
      assert.deepEqual(lacking, ['separation', 'cpu'], JSON.stringify(confinement));
    });
    await check('ends within 10 s of SIGTERM while a command runs', async () => {
      await call('shell', 'shell_exec', { command: 'sleep 600', wait_ms: 0 });
      const ms = container.stop(30);
      assert.ok(ms < 10_000, `it took ${seconds(ms)}`);
      assert.equal(container.inspect('{{.State.ExitCode}}'), '0', container.logs);
      return measure('SIGTERM to the end', seconds(ms));
    });
  } finally {
    container[Symbol.dispose]();
  }
}

function node24() {
  const pinned = `${root}node_modules/.bin/node`;
  return process.versions.node.startsWith('24.') || !existsSync(pinned) ? process.execPath : pinned;
}
