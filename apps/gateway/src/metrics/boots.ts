/** Counts the starts of the gateway over its whole life, and those after which it did not end in order. Kept in the state folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readStateFile, writeStateFile } from '../config/state-file.ts';

const schema = z.object({ boots: z.number().int(), crashes: z.number().int(), run: z.string().optional() });

/** Counted starts. */
export interface Boots extends AsyncDisposable {
  readonly boots: number;
  readonly crashes: number;
}

/**
 * Counts this start. Ended in order is what disposed it.
 *
 * @param stateDir the state folder
 * @returns undefined when it cannot be kept: the gateway runs without
 */
export async function countBoot(stateDir: string): Promise<Boots | undefined> {
  const path = join(stateDir, 'boots.json');
  try {
    const before = await readStateFile(path, schema).catch(() => undefined);
    const run = await runId(process.pid);
    // A run that is still there, such as a second gateway with the same state, has not crashed.
    const crashed = before?.run !== undefined && (await runId(Number(before.run.split(' ')[0]))) !== before.run;
    const counts = { boots: (before?.boots ?? 0) + 1, crashes: (before?.crashes ?? 0) + (crashed ? 1 : 0) };
    await writeStateFile(path, { ...counts, run });
    return {
      ...counts,
      async [Symbol.asyncDispose]() {
        const now = await readStateFile(path, schema).catch(() => undefined);
        if (now?.run === run) await writeStateFile(path, { boots: now.boots, crashes: now.crashes }).catch(() => undefined);
      },
    };
  } catch {
    return undefined;
  }
}

/** A process, so that another one with its number is not taken for it: number, start in ticks, and boot of the machine. */
async function runId(pid: number): Promise<string> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => ''),
  ]);
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''} ${boot.trim()}`;
}
