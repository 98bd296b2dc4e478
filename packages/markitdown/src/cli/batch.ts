/** Converts many documents into a folder. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import type { Conversion } from '../convert/convert.ts';
import { kindOfHints } from '../convert/detect/kind.ts';
import type { CommandFlags } from './arguments.ts';
import { count, UsageError } from './options.ts';
import { printed } from './printed.ts';
import { saveFile } from './save.ts';

interface Task {
  readonly source: string;
  readonly output: string;
}

interface Failure {
  readonly source: string;
  readonly message: string;
}

/** Converts all sources into a folder; a document that fails does not stop the others. @returns the exit status */
export async function runBatch(
  sources: readonly string[],
  folder: string,
  flags: CommandFlags,
  convertOne: (source: string, output: string) => Promise<Conversion>,
): Promise<number> {
  if (sources.length === 0) throw new UsageError('--output-dir needs documents or folders to convert.');
  const tasks = (await Promise.all(sources.map((source) => tasksOf(source, folder)))).flat();
  refuseCollisions(tasks);
  const queue = tasks.values();
  const failures: Failure[] = [];
  let done = 0;
  const work = async () => {
    for (const { source, output } of queue) {
      try {
        await saveFile(output, printed(await convertOne(source, output), flags));
      } catch (error) {
        failures.push({ source, message: error instanceof Error ? error.message : String(error) });
      }
      showProgress(++done, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, count('--jobs', flags.jobs) ?? 2) }, work));
  process.stderr.write(`${tasks.length - failures.length} of ${tasks.length} converted into ${folder}\n`);
  for (const { source, message } of failures) process.stderr.write(`failed: ${source}: ${message}\n`);
  return failures.length > 0 ? 1 : 0;
}

/** Nothing is converted when a document would take the place of another. */
function refuseCollisions(tasks: readonly Task[]): void {
  const sources = new Map<string, string>();
  for (const { source, output } of tasks) {
    const other = sources.get(output);
    if (other !== undefined && other !== source)
      throw new UsageError(
        `${other} and ${source} would both become ${output}: convert the folder that holds both, or one after the other.`,
      );
    sources.set(output, source);
  }
}

async function tasksOf(source: string, folder: string): Promise<Task[]> {
  if (/^(?:https?|data):/i.test(source)) {
    const name =
      URL.canParse(source) && source.startsWith('http') ? basename(new URL(source).pathname) || new URL(source).hostname : 'document';
    return [{ source, output: join(folder, `${name}.md`) }];
  }
  if (!(await stat(source)).isDirectory()) return [{ source, output: join(folder, `${basename(source)}.md`) }];
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const skipped = resolve(folder);
  return entries
    .filter((entry) => entry.isFile() && kindOfHints({ extension: extname(entry.name) }) !== undefined)
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !resolve(path).startsWith(`${skipped}/`))
    .toSorted()
    .map((path) => ({ source: path, output: join(folder, `${relative(source, path)}.md`) }));
}

function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const width = 30;
  const filled = Math.round((done / total) * width);
  process.stderr.write(`\r${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${done}/${total}${done === total ? '\n' : ''}`);
}
