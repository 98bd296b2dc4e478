/** Runs a piece of code for a caller, from the choice of its context to what it showed. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { SpanStatusCode } from '@opentelemetry/api';
import { type Progress, ToolError, unlessAborted } from '@sandlot/core';
import { traceEnvironment, withSpan } from '@sandlot/core/telemetry';
import { type Block, toBlocks } from '../outputs/blocks.ts';
import { Collector } from '../outputs/collector.ts';
import { OutputFile, outputChars } from '../outputs/output-file.ts';
import type { Context } from './context.ts';
import type { Contexts } from './contexts.ts';
import type { Runtime } from './kernel.ts';
import { type CellOutcome, runCell } from './run-cell.ts';

/** The languages of cells. */
export type Language = 'python' | 'javascript' | 'typescript';

/** What to run. */
export interface ExecuteOptions {
  readonly language: Language;
  readonly code: string;
  /** Id of a context. Default: the caller's default one for the language. */
  readonly context: string | undefined;
  /** In a process of its own that ends with it. */
  readonly once: boolean;
  readonly timeoutMs: number;
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>> | undefined;
  readonly stdin: string | undefined;
  /** Text by path, relative to the folder; written first. */
  readonly files: Readonly<Record<string, string>> | undefined;
  /** Most characters of output in the answer. */
  readonly maxOutput: number;
}

/** Who asks. */
export interface Caller {
  readonly principal: string;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** A cell that has ended, and what it showed. */
export interface Executed extends CellOutcome {
  readonly context: Context;
  readonly blocks: readonly Block[];
  /** What it threw. */
  readonly error: { readonly name: string; readonly message: string } | undefined;
  readonly outputChars: number;
  readonly omittedChars: number;
  /** Path of the file with all text, relative to the workspace. */
  readonly outputFile: string | undefined;
  /** Why the state of earlier cells was gone when this one began. */
  readonly lost: string | undefined;
}

/** The runtime of a language. */
export function runtimeOf(language: Language): Runtime {
  return language === 'python' ? 'python' : 'javascript';
}

/** Runs code once the context's earlier calls have answered, and waits for its end. */
export async function execute(contexts: Contexts, options: ExecuteOptions, caller: Caller): Promise<Executed> {
  check(options);
  const cwd = options.cwd === undefined ? undefined : await contexts.folder(options.cwd);
  const { principal, signal } = caller;
  const runtime = runtimeOf(options.language);
  const context = options.once
    ? contexts.createOnce(runtime, principal, options.stdin ?? '')
    : contexts.use(options.context, runtime, principal);
  const release = await context.turns.turn(signal);
  try {
    context.usedAt = Date.now();
    return await withSpan('code.cell', { attributes: { 'code.language': options.language, 'code.context': context.id } }, async (span) => {
      const executed = await run(contexts, context, { ...options, cwd }, caller);
      span.setAttributes({
        'code.outcome': executed.status,
        'code.duration_ms': executed.durationMs,
        'code.output_chars': executed.outputChars,
      });
      if (executed.error) span.setAttribute('error.type', executed.error.name);
      if (executed.status !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: executed.error?.name ?? executed.status });
      return executed;
    });
  } finally {
    context.usedAt = Date.now();
    release();
    if (options.once) await contexts.store.end([context], 'its cell has ended');
  }
}

async function run(contexts: Contexts, context: Context, options: ExecuteOptions, { signal, progress }: Caller): Promise<Executed> {
  const { language, code, timeoutMs, env = {}, stdin, maxOutput } = options;
  const id = randomBytes(8).toString('hex');
  const fileBase = join(contexts.outputFolder, `cell-${id}`);
  const file = new OutputFile(`${fileBase}.log`, maxOutput);
  const collector = new Collector({ maxChars: maxOutput, file });
  const kernel = await unlessAborted(context.kernel(progress), signal);
  await writeFiles(options.files ?? {}, options.cwd ?? context.cwd);
  const { lost } = context;
  context.lost = undefined;
  const first = context.cells === 0 || lost !== undefined;
  // A new kernel is in the workspace.
  const cwd = options.cwd ?? (first ? await contexts.folder(context.cwd).catch(() => undefined) : undefined);
  context.cells++;
  const cell = {
    id,
    code,
    typescript: language === 'typescript',
    cwd,
    env,
    trace: traceEnvironment(),
    stdin,
    once: options.once,
    outputChars,
  };
  const lastLine = () => collector.lastLine;
  const outcome = await runCell({
    context,
    kernel,
    cell,
    timeoutMs,
    signal,
    lastLine,
    report: progress,
    onEvent: (event) => collector.add(event),
  });
  if (outcome.end?.cwd !== undefined) context.cwd = outcome.end.cwd;
  await file.end();
  const late = await context.late.take(outcome.end?.lateDropped ?? 0);
  const failure = collector.shown.findLast((shown) => shown.type === 'error');
  return {
    ...outcome,
    context,
    blocks: [...late, ...(await toBlocks(collector.shown, { workspace: contexts.workspace, fileBase, maxChars: maxOutput }))],
    error: failure?.type === 'error' && outcome.status !== 'ok' ? { name: failure.name, message: failure.message } : undefined,
    outputChars: collector.chars + (outcome.end?.dropped ?? 0),
    omittedChars: collector.omittedChars + (outcome.end?.dropped ?? 0),
    outputFile: file.exists ? relative(contexts.workspace, file.path) : undefined,
    lost,
  };
}

function check({ code, once, context, env, cwd, files }: ExecuteOptions): void {
  for (const name of Object.keys(files ?? {})) {
    if (isAbsolute(name) || name.split('/').includes('..') || name.includes('\0') || name.endsWith('/') || name === '') {
      throw new ToolError('INVALID_ARGUMENT', `files: "${name}" is not a path below the folder.`);
    }
  }
  if (once && context !== undefined) {
    throw new ToolError('INVALID_ARGUMENT', `once does not go with a context ("${context}").`, { advice: 'Leave one of them out.' });
  }
  for (const [name, text] of Object.entries({ code, cwd })) {
    if (text !== undefined && !text.isWellFormed())
      throw new ToolError('INVALID_ARGUMENT', `${name} is not valid Unicode (a lone surrogate).`);
  }
  for (const [name, value] of Object.entries(env ?? {})) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new ToolError('INVALID_ARGUMENT', `env: "${name}" is not a variable name.`);
    if (value.includes('\0')) throw new ToolError('INVALID_ARGUMENT', `env: "${name}" holds a NUL character.`);
  }
}

async function writeFiles(files: Readonly<Record<string, string>>, folder: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}
