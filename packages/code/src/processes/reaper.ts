/** A small process beside the server: when the server dies, even of SIGKILL, it ends every process of every kernel. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pidsFolder, signalPid, tagged, Tags } from '@sandlot/core/processes';

// The end of the input is the end of the server. First no fork succeeds any more, where the kernel holds that; else stopping comes
// before killing. Then until nothing is left.
const script = `
trap '' HUP INT QUIT TERM
while read -r line; do :; done
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
rm -rf "$FOLDER" "$CONNECTIONS"/kernel-sandlot-"$TAG"*
`;

/** The reaper of one server, and the private folder that goes with it. */
export class Reaper implements AsyncDisposable {
  /** For small files and sockets; removed at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), 'sandlot-code-'));
  readonly tags = new Tags();
  readonly #child: ChildProcess;

  /** @param connections folder of the kernels' connection files */
  constructor(connections: string) {
    this.#child = spawn('/bin/sh', ['-c', script], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {
        PATH: '/usr/bin:/bin',
        FOLDER: this.folder,
        TAG: String(this.tags.prefix),
        CONNECTIONS: connections,
        GROUPS_FOLDER: pidsFolder() ?? '/nonexistent',
      },
    });
    this.#child.on('error', () => undefined);
    this.#child.stdin?.on('error', () => undefined);
    this.#child.unref();
  }

  /** Ends every process of this server's. */
  async endAll(): Promise<void> {
    for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(10)) {
      const left = tagged(this.tags.prefix);
      if (left.length === 0) return;
      for (const pid of left) signalPid(pid, 'SIGKILL');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAll();
    const child = this.#child;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.ref();
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
