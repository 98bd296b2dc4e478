/** Starts a command in its session. */
import { randomBytes } from 'node:crypto';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { traceEnvironment, withSpan } from '@sandlot/core/telemetry';
import { boundProcesses, latestPid } from '@sandlot/core/processes';
import { bootText, parseState, type State } from './boot.ts';
import { Command } from './command.ts';
import { pipeEnvironment, terminalEnvironment } from './environment.ts';
import type { Keeper } from './keeper.ts';
import { Output } from './output.ts';
import { startPiped } from './pipes.ts';
import type { Session } from './session.ts';
import type { ExecOptions } from './sessions.ts';
import type { Spares } from './spares.ts';
import { startTerminal } from './terminal.ts';

/** What {@link startCommand} takes. */
export interface StartCommandOptions extends Omit<ExecOptions, 'session'> {
  session: Session;
  cwd: string;
  shell: string;
  limits: readonly string[];
  /** Most processes; 0 is no limit. */
  children: number;
  keeper: Keeper;
  spares: Spares;
  outputFolder: string;
}

const fileBytes = 64 * 1024 * 1024;

/** Starts a command. Its span ends with it, which may be long after this call has answered. */
export function startCommand(options: StartCommandOptions): Promise<Command> {
  return new Promise((resolve, reject) => {
    const attributes = { 'process.executable.name': 'bash', 'process.interactive': options.terminal !== undefined };
    withSpan('process.exec', { attributes }, async (span) => {
      const command = await start(options);
      resolve(command);
      await command.finished;
      describeEnd(span, command);
    }).catch(reject);
  });
}

function describeEnd(span: Span, command: Command): void {
  const { exit } = command;
  if (exit?.code !== null && exit !== undefined) span.setAttribute('process.exit.code', exit.code);
  if (exit?.signal) span.setAttribute('process.exit.signal', exit.signal);
  if (command.state) span.setAttribute('process.cpu.time_ms', command.state.cpuMs);
  span.setAttributes({
    'process.pid': command.tree.pid,
    'process.duration_ms': command.durationMs,
    'process.output_bytes': command.output.total,
  });
  if (command.status === 'timed_out') span.setStatus({ code: SpanStatusCode.ERROR, message: 'timed out' });
}

async function start(options: StartCommandOptions): Promise<Command> {
  const { session, cwd, keeper, terminal } = options;
  const defaults = terminal ? terminalEnvironment : pipeEnvironment;
  const own = { ...traceEnvironment(), ...options.env };
  const env = { ...defaults, ...Object.fromEntries(session.env), PWD: cwd, ...own };
  using spare = terminal ? undefined : options.spares.take(env);
  const tag = spare?.tag ?? keeper.nextTag();
  const file = (kind: string) => join(keeper.folder, `${kind}${tag}`);
  const definitionsFile = session.definitions.length > 0 ? file('d') : undefined;
  const stdinFile = options.stdin === undefined || terminal ? undefined : file('i');
  // Small files in a temporary folder: a round through the thread pool would cost more than the writing.
  const files = new Map<string, string | Buffer>([[file('c'), options.command]]);
  if (definitionsFile) files.set(definitionsFile, session.definitions);
  if (stdinFile) files.set(stdinFile, options.stdin ?? '');
  for (const [path, content] of files) writeFileSync(path, content, { mode: 0o600 });

  const bound = spare ? { group: spare.group, limits: [] } : boundProcesses(tag, options.children);
  const boot = bootText({
    tag,
    joinFile: spare ? undefined : bound.group?.joinFile,
    commandFile: file('c'),
    stateFile: file('s'),
    definitionsFile,
    umask: session.umask,
    limits: [...options.limits, ...bound.limits],
  });
  const id = `p${randomBytes(8).toString('hex')}`;
  const output = new Output({ file: join(options.outputFolder, `${id}.log`), fileAfterBytes: options.maxOutput, fileBytes });
  const shared = {
    shell: options.shell,
    args: ['--norc', '--noprofile', '-c', boot, 'bash'],
    cwd,
    env,
    onData,
  };
  const before = session.version;
  const started: { command?: Command } = {};
  const startShell = async () => {
    if (terminal) return startTerminal({ ...shared, ...terminal });
    return spare ? spare.become({ ...shared, stdinFile }) : startPiped({ ...shared, pipe: await keeper.pipe(), stdinFile });
  };
  const since = spare && latestPid();
  const running = await startShell().catch((error: unknown) => {
    bound.group?.remove();
    throw error;
  });
  const command = new Command({ ...options, id, text: options.command, output, tag, group: bound.group, since }, running, settle);
  started.command = command;
  options.spares.fillAfter(command.finished);
  if (options.timeoutMs !== undefined) command.limit(options.timeoutMs);
  return command;

  function onData(chunk: Buffer): boolean {
    const goOn = output.append(chunk);
    const drawn = started.command?.onData(chunk) ?? true;
    if (!goOn) void output.drained().then(() => started.command?.resume());
    return goOn && drawn;
  }

  function settle(ended: Command): void {
    const state = readState(file('s'));
    ended.state = state;
    if (state) ended.cwd = state.cwd;
    // A command that went on in the background must not undo what later ones did.
    if (state && session.version === before) session.adopt(state, { ...defaults, ...own });
    for (const path of [...files.keys(), file('s'), file('r')]) rmSync(path, { force: true });
  }
}

function readState(path: string): State | undefined {
  try {
    return parseState(readFileSync(path));
  } catch {
    return undefined;
  }
}
