import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { code } from '../src/index.ts';
import { execute, until } from './kit.ts';
import { testPython } from './test-python.ts';

const token = 'token-for-this-test';
const kernelsSchema = z.array(z.looseObject({ id: z.string(), name: z.string() }));

it("a person's Jupyter server shows the kernel of an agent, and runs cells in it", async () => {
  const python = await testPython();
  await using folder = await temporaryFolder();
  const runtime = join(folder.path, 'runtime');
  process.env['JUPYTER_RUNTIME_DIR'] = runtime;
  try {
    await using client = await connect(code, { workspace: folder.path, options: { python, warm: 0 } });
    await execute(client, 'python', 'shared = "made by the agent"');
    await using jupyter = await startJupyter(python, folder.path, runtime);
    const kernels = await until(async () => {
      const response = await fetch(`${jupyter.url}/api/kernels`, { headers: { authorization: `token ${token}` } }).catch(() => undefined);
      if (!response?.ok) return undefined;
      const found = kernelsSchema.parse(await response.json());
      return found.length > 0 ? found : undefined;
    });
    expect(kernels).toHaveLength(1);
    expect(await runInJupyter(jupyter.url, kernels[0]?.id ?? '', 'print(shared); answer = 42')).toBe('made by the agent\n');
    expect((await execute(client, 'python', 'answer')).text).toMatch(/^42\n/);
  } finally {
    delete process.env['JUPYTER_RUNTIME_DIR'];
  }
});

/** The server behind JupyterLab. */
async function startJupyter(python: string, folder: string, runtime: string): Promise<{ url: string } & AsyncDisposable> {
  const port = await freePort();
  const flags = [
    `--ServerApp.port=${port}`,
    '--ServerApp.ip=127.0.0.1',
    `--IdentityProvider.token=${token}`,
    `--ServerApp.root_dir=${folder}`,
    '--ServerApp.allow_external_kernels=True',
    '--ServerApp.open_browser=False',
    '--ServerApp.allow_root=True',
  ];
  const child = spawn(python, ['-m', 'jupyter_server', ...flags], {
    stdio: 'ignore',
    env: { ...process.env, JUPYTER_RUNTIME_DIR: runtime },
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a cell prints that is run as JupyterLab runs it. */
async function runInJupyter(url: string, kernel: string, text: string): Promise<string> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/kernels/${kernel}/channels?token=${token}`);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  let printed = '';
  const done = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const message = z
        .looseObject({ msg_type: z.string(), parent_header: z.looseObject({ msg_id: z.string().optional() }), content: z.looseObject({}) })
        .parse(JSON.parse(String(data)));
      if (message.parent_header.msg_id !== 'from-a-person') return;
      if (message.msg_type === 'stream') printed += String(message.content['text']);
      if (message.msg_type === 'status' && message.content['execution_state'] === 'idle') resolve();
    });
  });
  const header = { msg_id: 'from-a-person', username: 'person', session: 'lab', msg_type: 'execute_request', version: '5.3' };
  socket.send(
    JSON.stringify({
      header,
      parent_header: {},
      metadata: {},
      channel: 'shell',
      content: { code: text, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true },
    }),
  );
  await done;
  socket.close();
  return printed;
}
