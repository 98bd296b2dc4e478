/** A user's stdio server as a child process: its own process group, a bounded memory of its stderr, ended as a whole tree. */
import { spawn } from 'node:child_process';
import { ToolError } from '@sandlot/core';
import { asUser } from './as-user.ts';
import { lineStream } from './line-stream.ts';
import { JsonRpcPeer, type PeerHandlers } from './peer.ts';
import type { Reaper } from './reaper.ts';

/** How it is started. */
export interface SpawnSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** User that it runs as, `uid:gid`; undefined for this process's. */
  readonly user?: string | undefined;
  readonly cwd: string;
  readonly maxMessageBytes: number;
  /** Ends it when the gateway is gone. */
  readonly reaper: Reaper;
}

/** A link to a server, whatever carries it. */
export interface Link {
  readonly peer: JsonRpcPeer;
  readonly pid?: number;
  /** Settles when it has ended, with what ended it. */
  readonly ended: Promise<string>;
  /** Told the protocol version of a legacy connection. */
  onVersion(version: string): void;
  close(): Promise<void>;
}

/** The last lines of a server's stderr. */
export class StderrRing {
  #text = '';

  add(chunk: string): void {
    this.#text = (this.#text + chunk).slice(-8000);
  }

  lines(): readonly string[] {
    return this.#text.split('\n').filter(Boolean).slice(-50);
  }
}

const graceMs = 2000;

/** Starts the process. It can still fail to start: then `ended` says why. */
export function spawnLink(spec: SpawnSpec, handlers: PeerHandlers, stderr: StderrRing): Link {
  const program = asUser(spec.user, spec.command, spec.args);
  const child = spawn(program.command, program.args, { cwd: spec.cwd, env: spec.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.add(text));
  child.stdin.on('error', () => undefined);
  const unwatch = child.pid === undefined ? () => undefined : spec.reaper.watch(child.pid);
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // The group has ended already.
    }
  };
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
  });
  const end = () => {
    child.stdin.end();
    const [term, kill] = [setTimeout(() => signal('SIGTERM'), graceMs / 2), setTimeout(() => signal('SIGKILL'), graceMs)];
    void ended.then(() => (clearTimeout(term), clearTimeout(kill)));
  };
  let garbage = '';
  const peer: JsonRpcPeer = new JsonRpcPeer(
    lineStream({
      input: child.stdout,
      output: child.stdin,
      maxBytes: spec.maxMessageBytes,
      onMessage: (message) => peer.receive(message),
      onGarbage: (line) => {
        garbage = line;
        stderr.add(`[stdout] ${line}\n`);
      },
      onOverflow: (error, id) => {
        const known = new ToolError(error.code, `The server "${spec.name}" sent too much: ${error.message}`);
        if (id === undefined) peer.fail(known);
        else peer.reject(id, known);
      },
      close: () => end(),
    }),
    handlers,
  );
  void ended.then((how) => {
    // What it started may live on in its group.
    signal('SIGKILL');
    unwatch();
    const said = garbage ? ` On stdout it printed: ${garbage}` : '';
    peer.fail(
      new ToolError('UNAVAILABLE', `The server "${spec.name}" ended (${how}).${said}`, {
        advice: 'Call again: it is started anew. State that it held is lost.',
      }),
    );
  });
  return {
    peer,
    ended,
    ...(child.pid !== undefined && { pid: child.pid }),
    onVersion: () => undefined,
    async close() {
      end();
      await ended;
    },
  };
}
