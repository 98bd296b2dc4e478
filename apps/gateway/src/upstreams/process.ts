/** Starts a server as a process of its own and connects to its Unix socket. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ToolError } from '@sandlot/core';
import { asUser } from './as-user.ts';
import { lineStream } from './line-stream.ts';
import { JsonRpcPeer, type PeerHandlers } from './peer.ts';

/** How a server process is started. */
export interface ProcessSpec {
  readonly name: string;
  /** Program file for Node.js. */
  readonly bin: string;
  /** Further arguments. */
  readonly args: readonly string[];
  /** Path of its Unix socket. */
  readonly socket: string;
  /** User that it runs as, `uid:gid`; undefined for this process's. */
  readonly user?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Longest time until it is ready, in milliseconds. */
  readonly startTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly handlers: PeerHandlers;
  /** Receives its stderr. */
  readonly onStderr: (text: string) => void;
}

/** A running server process. */
export interface RunningProcess {
  readonly pid: number;
  readonly peer: JsonRpcPeer;
  /** Settles when the process has ended, with what ended it. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it after 5 s. */
  stop(): Promise<void>;
}

const graceMs = 5000;
/** How much of stderr is kept to explain a start that failed. */
const keptChars = 2000;

/**
 * Starts a server.
 *
 * @throws ToolError UNAVAILABLE with the end of its stderr when it does not get ready
 */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  // Its own process group: a signal for the gateway's terminal must not hit it. It ends with its stdin, however the gateway ends.
  const node = asUser(spec.user, process.execPath, [...process.execArgv, spec.bin, '--socket', spec.socket, ...spec.args]);
  const child = spawn(node.command, node.args, {
    detached: true,
    env: spec.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-keptChars);
    spec.onStderr(text);
  });
  child.stdin.on('error', () => undefined);
  const ended = endOf(child);
  try {
    await Promise.race([once(child.stdout, 'data'), ended.then((how) => Promise.reject(new Error(how))), after(spec.startTimeoutMs)]);
    const stream = connect(spec.socket);
    await once(stream, 'connect');
    const unavailable = (what: string) => new ToolError('UNAVAILABLE', `The ${spec.name} server ${what}.`);
    const peer: JsonRpcPeer = new JsonRpcPeer(
      lineStream({
        input: stream,
        output: stream,
        maxBytes: spec.maxMessageBytes,
        onMessage: (message) => peer.receive(message),
        onGarbage: (line) => peer.fail(unavailable(`sent a line that is not JSON-RPC: ${line.slice(0, 80)}`)),
        onOverflow: (error, id) => (id === undefined ? peer.fail(error) : peer.reject(id, error)),
        close: () => stream.destroy(),
      }),
      spec.handlers,
    );
    stream.on('error', () => stream.destroy());
    const gone = ended.then((how) => {
      peer.fail(
        new ToolError('UNAVAILABLE', `The ${spec.name} server ended during the call (${how}).`, {
          advice: 'Call again: it is started anew. State that it held is lost.',
        }),
      );
      return how;
    });
    // The socket can close before the exit is known, or without one.
    stream.once(
      'close',
      () =>
        void Promise.race([ended, after(200)]).catch(() =>
          peer.fail(new ToolError('UNAVAILABLE', `The ${spec.name} server closed its connection.`)),
        ),
    );
    return { pid: child.pid ?? -1, peer, ended: gone, stop: () => stop(child, ended) };
  } catch (error) {
    await stop(child, ended, 0);
    const reason = error instanceof Error ? error.message : String(error);
    throw new ToolError('UNAVAILABLE', `The ${spec.name} server did not start (${reason}).${stderr && ` It said: ${stderr.trim()}`}`, {
      cause: error,
    });
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function stop(child: ChildProcess, ended: Promise<string>, grace = graceMs): Promise<void> {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), grace);
  await ended;
  clearTimeout(timer);
}

function after(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms).unref();
  });
}
