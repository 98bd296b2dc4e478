/** Converts broken documents in workers and tells what went wrong: that is anything but Markdown or a clear error. */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { ConvertError, WorkerPool } from '../src/convert/index.ts';
import { samples } from './make/samples.ts';
import { mutate } from './mutate.ts';

/** How many documents ended how. */
export interface FuzzReport {
  readonly converted: number;
  /** Clear errors, by their code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Crashes, hangs, unclear errors and files left behind, one sentence each. */
  readonly problems: readonly string[];
  readonly slowestMs: number;
}

/** Longest time of one broken document, in milliseconds. */
const limitMs = 20_000;

/** Converts the broken documents with the numbers from `first`; the number chooses the sample and the damage. */
export async function fuzz(first: number, count: number): Promise<FuzzReport> {
  const before = new Set(await readdir(tmpdir()));
  const names = Object.keys(samples);
  const refused: Record<string, number> = {};
  const problems: string[] = [];
  let converted = 0;
  let slowestMs = 0;
  await using workers = new WorkerPool({ size: 2, memoryMb: 256 });
  const numbers = Array.from({ length: count }, (_, at) => first + at).values();
  const work = async () => {
    for (const number of numbers) {
      const filename = names[number % names.length] ?? '';
      const bytes = mutate(samples[filename] ?? new Uint8Array(), number);
      const start = performance.now();
      try {
        await workers.convert(bytes, { hints: { filename }, limits: { timeMs: limitMs } });
        converted++;
      } catch (error) {
        const code = error instanceof ConvertError ? error.code : 'no ConvertError';
        refused[code] = (refused[code] ?? 0) + 1;
        const message = error instanceof Error ? error.message : String(error);
        if (!(error instanceof ConvertError) || code === 'timeout' || /without a result|undefined|\[object|is not a function/.test(message))
          problems.push(`${number} ${filename}: ${code}: ${message}`);
      }
      slowestMs = Math.max(slowestMs, performance.now() - start);
    }
  };
  await Promise.all([work(), work()]);
  const left = (await readdir(tmpdir())).filter((name) => !before.has(name) && /markitdown/i.test(name));
  problems.push(...left.map((name) => `left behind: ${name}`));
  return { converted, refused, problems, slowestMs };
}
