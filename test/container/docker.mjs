/** The docker command, as far as the container test needs it. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs docker and returns what it printed. @throws Error with its stderr when it fails */
export function docker(...args) {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (error) throw error;
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr.trim() || `exit code ${status}`}`);
  return stdout.trim();
}

/** Runs a program in the repository, its output shown. @throws Error when it fails */
export async function run(command, args, env = {}) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
  const code = await new Promise((done, fail) => {
    child.once('error', fail).once('exit', (status, signal) => done(signal ?? status));
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

/** Whether the URL answers 2xx within a second. The timer keeps this process alive: a connection that hangs does not. */
async function answers(url) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), 1000);
  const answer = await fetch(url, { signal: giveUp.signal }).catch(() => undefined);
  clearTimeout(timer);
  return answer?.ok === true;
}

/** A running container. It is removed, with its anonymous volumes, when it is disposed of. */
export class Container {
  /** Its id. */
  id;
  /** When `docker run` was called, in milliseconds of `performance.now()`. */
  startedAt = performance.now();

  /** `docker run -d` with the gateway's port published on a free port of the loopback address. */
  constructor(image, flags = [], command = []) {
    this.id = docker('run', '--detach', '--publish', '127.0.0.1::8080', ...flags, image, ...command);
  }

  /** URL of the gateway. */
  get url() {
    return `http://${docker('port', this.id, '8080/tcp').split('\n')[0]}`;
  }

  /** One value of `docker inspect`. */
  inspect(format) {
    return docker('inspect', '--format', format, this.id);
  }

  /** All that it wrote. */
  get logs() {
    const { stdout, stderr } = spawnSync('docker', ['logs', this.id], { encoding: 'utf8' });
    return stdout + stderr;
  }

  /** Its processes, seen from outside. */
  processes() {
    return docker('top', this.id, '-eo', 'pid,rss,args')
      .split('\n')
      .slice(1)
      .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
      .map(([, pid, kib, command]) => ({ pid: Number(pid), rssMb: Number(kib) / 1024, command }));
  }

  /** Waits until `/readyz` answers; returns the time since `docker run` in milliseconds. */
  async ready(timeoutMs = 60_000) {
    const url = `${this.url}/readyz`;
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      if (await answers(url)) return performance.now() - this.startedAt;
      if (this.inspect('{{.State.Running}}') !== 'true') break;
    }
    throw new Error(`The container did not get ready. It said:\n${this.logs}`);
  }

  /** Calls a tool over REST. @returns text and facts @throws Error with the message of the answer */
  async call(key, server, tool, args) {
    const answer = await fetch(`${this.url}/v1/mcp/${server}/tools/${tool}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${tool}: ${answer.status} ${JSON.stringify(body)}`);
    const { content, structuredContent } = body.data;
    return { text: content.map((block) => block.text ?? '').join('\n'), facts: structuredContent };
  }

  /** URL of a page with a one-time ticket. */
  async ticketUrl(key, path) {
    const answer = await fetch(`${this.url}/tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ path: new URL(path, this.url).pathname }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`/tickets: ${answer.status} ${JSON.stringify(body)}`);
    const url = new URL(path, this.url);
    url.searchParams.set('ticket', body.ticket);
    return url.href;
  }

  /** Stops it as `docker stop` does; returns the time in milliseconds. */
  stop(graceSeconds) {
    const from = performance.now();
    docker('stop', '--time', String(graceSeconds), this.id);
    return performance.now() - from;
  }

  [Symbol.dispose]() {
    docker('rm', '--force', '--volumes', this.id);
  }
}
