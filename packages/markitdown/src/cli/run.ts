/** The command line: prints documents as Markdown. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { Conversion } from '../convert/convert.ts';
import { ConvertError } from '../convert/errors.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { WorkerPool } from '../convert/worker/pool.ts';
import { type CommandFlags, parseCommand } from './arguments.ts';
import { runBatch } from './batch.ts';
import { printed } from './printed.ts';
import { count, toOptions, UsageError } from './options.ts';
import { saveFile } from './save.ts';

/** Runs the command line. @returns the exit status */
export async function runCommand(argv: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseCommand(argv);
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error), 2);
  }
  const { values: flags, positionals } = parsed;
  try {
    const options = toOptions(flags);
    const plugins = (flags.plugin ?? []).map((file) => pathToFileURL(resolve(file)).href);
    await using workers = new WorkerPool({ size: count('--jobs', flags.jobs) ?? 2 });
    const convertOne = (source: string, output?: string) =>
      convertSource(source, { ...options, ...imageFolder(flags, output) }, flags, plugins, workers);
    if (flags['output-dir'] !== undefined) return await runBatch(positionals, flags['output-dir'], flags, convertOne);
    const pieces: string[] = [];
    for (const source of positionals.length > 0 ? positionals : ['-']) pieces.push(printed(await convertOne(source, flags.output), flags));
    const text = pieces.join('\n');
    await (flags.output === undefined ? writeOut(text) : saveFile(flags.output, text));
    return 0;
  } catch (error) {
    return failureStatus(error);
  }
}

async function convertSource(
  source: string,
  options: ConvertOptions,
  flags: CommandFlags,
  plugins: readonly string[],
  workers: WorkerPool,
): Promise<Conversion> {
  const { bytes, hints } = await readSource(source, flags, options);
  const conversion = await workers.convert(bytes, { ...options, hints: { ...hints, ...options.hints }, plugins });
  for (const warning of conversion.warnings) process.stderr.write(`${source}: ${warning}\n`);
  if (flags.images !== undefined) for (const image of conversion.images) await saveFile(join(flags.images, image.name), image.bytes);
  return conversion;
}

/** Where the pictures are, seen from where the Markdown is. */
function imageFolder({ images }: CommandFlags, output: string | undefined): Pick<ConvertOptions, 'imageFolder'> {
  if (images === undefined || output === undefined) return {};
  return { imageFolder: relative(dirname(resolve(output)), resolve(images)).replaceAll(sep, '/') };
}

async function readSource(source: string, flags: CommandFlags, options: ConvertOptions) {
  if (source === '-') return { bytes: await buffer(process.stdin), hints: {} };
  if (!/^(?:https?|data|file):/i.test(source)) return { bytes: await readFile(source), hints: { filename: basename(source) } };
  const [{ openSource }, { HostList }] = await Promise.all([import('../source/open.ts'), import('../source/host-rules.ts')]);
  const path = /^file:/i.test(source) ? (await import('../source/file.ts')).fileUriPath(source) : undefined;
  if (path !== undefined) return { bytes: await readFile(path), hints: { filename: basename(path) } };
  const policy = {
    workspace: process.cwd(),
    maxBytes: 100 * 1024 * 1024,
    allowPrivateAddresses: flags['allow-private-addresses'] ?? false,
    allowedHosts: new HostList([]),
    blockedHosts: new HostList([]),
    fetchTimeoutMs: 30_000,
  };
  return openSource(source, policy, options.signal ?? new AbortController().signal);
}

function writeOut(text: string): Promise<void> {
  return new Promise((done, fail) =>
    process.stdout.write(text, (error) => (error && !('code' in error && error.code === 'EPIPE') ? fail(error) : done())),
  );
}

function complain(message: string, status: number): number {
  process.stderr.write(`sandlot-markitdown: ${message}\n`);
  return status;
}

/** Says what failed. @returns the exit status */
function failureStatus(error: unknown): number {
  if (error instanceof UsageError) return complain(error.message, 2);
  if (error instanceof ConvertError) return complain(error.message, error.code === 'unsupported' ? 3 : error.code === 'invalid' ? 2 : 1);
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return complain(`No such file: ${'path' in error ? String(error.path) : error.message}`, 1);
  return complain(error instanceof Error ? error.message : String(error), 1);
}
