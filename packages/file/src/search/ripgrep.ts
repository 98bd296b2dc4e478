/** Runs ripgrep in a held folder and streams the records that it prints. */
import { spawn } from 'node:child_process';
import { ToolError } from '@sandlot/core';
import { fromBytes } from '../confine/name-bytes.ts';
import { brief } from '../workspace/names.ts';

/** How a run ended. */
export interface RipgrepEnd {
  readonly timedOut: boolean;
  /** True when `onRecord` asked for no more. */
  readonly stopped: boolean;
}

/** Options of {@link ripgrep}. */
export interface RipgrepOptions {
  readonly args: readonly string[];
  /** The folder, by a path that names it whatever happens to it. */
  readonly folder: string;
  /** Byte that ends a record. */
  readonly separator: number;
  /** Longest run. */
  readonly seconds: number;
  /** Gets each record; false ends the run. */
  readonly onRecord: (record: string) => boolean | void;
  readonly signal?: AbortSignal | undefined;
}

/** Longest message of ripgrep that is passed on, in characters. */
const mostMessage = 800;

/** Arguments that make runs the same on every machine. */
export const baseArgs = [
  '--no-config',
  '--no-messages',
  '--color=never',
  '--hidden',
  '--no-require-git',
  '--no-ignore-global',
  '--no-ignore-exclude',
  // A pattern may ask for a gigabyte of states otherwise.
  '--dfa-size-limit=64M',
];

/** Arguments for what is left out. */
export function ignoreArgs(ignored: boolean): string[] {
  return ignored ? ['--no-ignore'] : ['--glob=!.git/'];
}

/** Runs ripgrep. @throws ToolError INVALID_ARGUMENT with its message when it does not take the pattern */
export async function ripgrep(options: RipgrepOptions): Promise<RipgrepEnd> {
  const { rgPath } = await import('@vscode/ripgrep');
  options.signal?.throwIfAborted();
  const child = spawn(rgPath, [...baseArgs, ...options.args], { cwd: options.folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  let timedOut = false;
  let stopped = false;
  const end = () => child.kill('SIGKILL');
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, options.seconds * 1000);
  options.signal?.addEventListener('abort', end);
  try {
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.length < 20 && errors.push(chunk));
    const closed = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    // A failed start is told by `closed` alone.
    closed.catch(() => undefined);
    await eachRecord(child.stdout, options.separator, (record) => {
      if (stopped) return;
      stopped = options.onRecord(record) === false;
      if (stopped) end();
    });
    const code = await closed;
    options.signal?.throwIfAborted();
    if (code === 2 && errors.length > 0) throw refused(Buffer.concat(errors).toString());
    return { timedOut, stopped };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
    end();
  }
}

async function eachRecord(stream: AsyncIterable<Buffer>, separator: number, visit: (record: string) => void): Promise<void> {
  const mark = String.fromCharCode(separator);
  let parts: Buffer[] = [];
  for await (const chunk of stream) {
    const end = chunk.lastIndexOf(separator);
    if (end === -1) {
      parts.push(chunk);
      continue;
    }
    const block = Buffer.concat([...parts, chunk.subarray(0, end)]);
    parts = [chunk.subarray(end + 1)];
    // All at once: to decode each record by itself takes four times as long.
    for (const record of fromBytes(block, mark).split(mark)) visit(record);
  }
}

function refused(message: string): ToolError {
  const lines = message.trimEnd().split('\n');
  const text = lines.map((line) => brief(line.replace(/^rg: /, ''))).join('\n');
  return new ToolError('INVALID_ARGUMENT', text.slice(0, mostMessage).toWellFormed(), { advice: adviceFor(text) });
}

function adviceFor(message: string): string {
  if (message.startsWith('unrecognized file type')) return 'Use a type of ripgrep, such as py, ts or rust, or a glob instead.';
  if (message.includes('parsing glob')) return 'Correct the glob, such as *.ts or src/**; a backslash before [ or { takes it as text.';
  return 'Patterns are Rust regular expressions; fixed_string takes the pattern as text.';
}
