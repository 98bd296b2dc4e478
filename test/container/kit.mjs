/** What the checks share: the image, a key, the strictest flags. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const image = 'sandlot/sandlot';
export const key = `sk-test-${randomBytes(24).toString('base64url')}`;

/** Everything but a user: no capability, no new privilege, read-only, Chromium's seccomp profile, bounded. */
export const locked = [
  ['--cap-drop', 'ALL'],
  ['--security-opt', 'no-new-privileges'],
  ['--security-opt', `seccomp=${root}docker/seccomp.json`],
  ['--read-only'],
  ['--tmpfs', '/tmp:exec,size=1g'],
  ['--tmpfs', '/home/sandlot:exec,size=1g'],
  ['--memory', '2g'],
  ['--pids-limit', '512'],
  ['--env', `SANDLOT_API_KEY=${key}`],
].flat();

/** {@link locked}, as a user that nobody has heard of. */
export const strict = ['--user', '54321:0', ...locked];

/** Names of the tools that a container lists. */
export async function mcpTools(container) {
  const client = new Client({ name: 'container-test', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${container.url}/mcp`), { requestInit }));
  try {
    return (await client.listTools()).tools.map(({ name }) => name);
  } finally {
    await client.close();
  }
}

/** Servers by target, in the order in which each adds to the one before. */
export const targets = {
  core: ['file', 'shell', 'markitdown'],
  code: ['file', 'shell', 'markitdown', 'code'],
  browser: ['file', 'shell', 'browser', 'markitdown', 'code'],
  full: ['file', 'shell', 'browser', 'markitdown', 'code'],
};

/** Name of a target's image. */
export const imageOf = (target) => (target === 'full' ? image : `${image}:${target}`);

/** About what a pull transfers: all its layers, compressed quickly. */
export async function compressedSize(name) {
  const save = spawn('docker', ['save', name], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  const count = new Writable({
    write(chunk, _, done) {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(save.stdout, createGzip({ level: 1 }), count);
  return bytes;
}
