/**
 * A small process beside the server. It makes named pipes, because Node's own are sockets, which a command cannot open
 * again by `/dev/stdout`; and when the server dies, even of SIGKILL, it ends every process of every command.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, openSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ToolError } from '@sandlot/core';
import { pidsFolder, Tags } from '@sandlot/core/processes';

// A line is a request for pipes. The end of the input is the end of the server.
const script = `
trap '' HUP INT QUIT TERM
while read -r line; do mkfifo -m 600 $line && printf '%s\\n' $line; done
# First no fork succeeds any more, where the kernel holds that; else stopping comes before killing. Then until nothing is left.
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  for group in "$GROUPS_FOLDER/sandlot-$TAG"*; do
    [ -d "$group" ] || continue
    echo 0 >"$group/pids.max"
    pids=$(cat "$group/cgroup.procs")
    [ -z "$pids" ] || kill -KILL $pids
  done
  pids=$(grep -l "realtime timeout  *$TAG" /proc/[0-9]*/limits | tr -dc '0-9\\n')
  [ -n "$pids" ] || break
  kill -STOP $pids
  kill -KILL $pids
  sleep 0.1
done 2>/dev/null
rmdir "$GROUPS_FOLDER/sandlot-$TAG"* 2>/dev/null
rm -rf "$FOLDER"
`;

const batch = 8;

/** Both ends of a pipe. */
export interface Pipe {
  /** Non-blocking; for `new Socket({ fd })`, which closes it. */
  readFd: number;
  /** To be closed once the command has it. */
  writeFd: number;
}

/** The keeper of one server. */
export class Keeper implements AsyncDisposable {
  /** A private folder for the server's small files. */
  readonly folder = mkdtempSync(join(tmpdir(), 'sandlot-shell-'));
  readonly #tags = new Tags();
  #child: ChildProcess | undefined;
  #ready: string[] = [];
  #waiting: ((path: string | undefined) => void)[] = [];
  #ordered = 0;
  #made = 0;

  /** The first digits of the tags of this server's commands. */
  get tagPrefix(): number {
    return this.#tags.prefix;
  }

  /** Starts the keeper's process; again, should a command have ended it. */
  start(): void {
    if (this.#child) return;
    const child = spawn('/bin/sh', ['-c', script], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: '/usr/bin:/bin', FOLDER: this.folder, TAG: String(this.tagPrefix), GROUPS_FOLDER: pidsFolder() ?? '/nonexistent' },
    });
    this.#child = child;
    const startedAt = Date.now();
    const gone = () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#ordered = 0;
      for (const resolve of this.#waiting.splice(0)) resolve(undefined);
      // A command may have ended it; but one that cannot live is not started over and over.
      if (Date.now() - startedAt > 1000) this.start();
    };
    child.once('error', gone);
    child.once('exit', gone);
    child.stdin.on('error', () => undefined);
    createInterface(child.stdout).on('line', (path) => {
      this.#ordered--;
      const waiting = this.#waiting.shift();
      if (waiting) waiting(path);
      else this.#ready.push(path);
    });
    this.#order();
  }

  /** A tag for a new command. */
  nextTag(): number {
    return this.#tags.next();
  }

  /** Makes a pipe. */
  async pipe(): Promise<Pipe> {
    const path = await this.#path();
    // The reader first: a pipe cannot be opened for writing before somebody reads.
    const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writeFd = openSync(path, constants.O_WRONLY);
    unlinkSync(path);
    return { readFd, writeFd };
  }

  async #path(): Promise<string> {
    for (let attempt = 0; attempt < 5; attempt++) {
      this.start();
      const made = this.#ready.shift();
      if (this.#ready.length + this.#ordered - this.#waiting.length < batch / 2) this.#order();
      const path = made ?? (await new Promise<string | undefined>((resolve) => this.#waiting.push(resolve)));
      if (path !== undefined) return path;
    }
    throw new ToolError('UNAVAILABLE', 'The helper process of the shell server does not start.');
  }

  #order(): void {
    const paths = Array.from({ length: batch }, () => join(this.folder, `p${++this.#made}`));
    this.#ordered += batch;
    this.#child?.stdin?.write(`${paths.join(' ')}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
