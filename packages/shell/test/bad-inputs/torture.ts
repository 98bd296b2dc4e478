/** The torture set (S3, S4, S7, S8 and more): every command does what bash does with it, and the next one works. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { temporaryFolder } from '@sandlot/core/testing';
import { expect, it } from 'vitest';
import { baseEnvironment, pipeEnvironment } from '../../src/sessions/environment.ts';
import { cleanText } from '../../src/sessions/text.ts';
import { tortureSet } from './torture-set.ts';
import { type OpenWorld, shown } from './world.ts';

const most = 1_000_000;

interface Outcome {
  text: string;
  exit_code: number | undefined;
  signal: string | undefined;
}

/** What bash does with a command; its text comes from a file when an argument could not hold it. */
async function oracle(command: string, folder: string, workspace: string): Promise<Outcome> {
  const fifo = join(folder, 'pipe');
  const script = join(folder, 'script');
  await writeFile(script, command);
  spawnSync('mkfifo', [fifo]);
  const socket = new Socket({ fd: openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
  const write = openSync(fifo, 'w');
  const run = command.length > 100_000 ? [script] : ['-c', command, 'bash'];
  const child = spawn('/bin/bash', ['--norc', '--noprofile', '-O', 'expand_aliases', ...run], {
    argv0: 'bash',
    cwd: workspace,
    env: { ...baseEnvironment([]), ...pipeEnvironment, PWD: workspace },
    stdio: ['ignore', write, write],
    detached: true,
  });
  closeSync(write);
  const [bytes, [code, signal]] = await Promise.all([buffer(socket), once(child, 'exit')]);
  await rm(fifo);
  return {
    text: cleanText(bytes.toString()),
    exit_code: (code ?? undefined) as number | undefined,
    signal: (signal ?? undefined) as string | undefined,
  };
}

/** Pids differ; `eval` is named in messages about syntax and is one more level for `set -x`. */
function comparable({ text, ...rest }: Outcome): Outcome {
  const same = text
    .replaceAll(/bash: (?:-c: |eval: )?line/g, 'bash: line')
    .replaceAll(/bash: (?:-c|eval): /g, 'bash: ')
    .replaceAll(/line (\d+): +\d+ (Killed|Segm|Term|Hangup)/g, 'line $1: PID $2')
    .replaceAll(/^\++ /gm, '+ ');
  // A difference in a long text should not fill the screen.
  return { ...rest, text: same.length > 2000 ? `${same.length} ${createHash('sha256').update(same).digest('hex')}` : same };
}

/** Registers it. */
export function tortureInputs(open: OpenWorld): void {
  it('the torture set holds at least 150 commands', () => {
    expect(new Set(Object.values(tortureSet).flat()).size).toBeGreaterThanOrEqual(150);
  });

  for (const [group, commands] of Object.entries(tortureSet)) {
    it(`does with ${group} what bash does, and the next command works`, async () => {
      await using folder = await temporaryFolder();
      await using at = await open();
      for (const [index, command] of commands.entries()) {
        const expected = await oracle(command, folder.path, at.path);
        await empty(at.path);
        const args = { session: `s${index}`, wait_ms: 120_000, max_output: most };
        const answer = await at.client.call('shell_exec', { command, ...args });
        const actual = {
          text: shown(answer),
          exit_code: answer.facts['exit_code'] as number | undefined,
          signal: answer.facts['signal'] as string | undefined,
        };
        expect.soft(comparable(actual), JSON.stringify(command.slice(0, 200))).toEqual(comparable(expected));
        const next = await at.client.call('shell_exec', { command: 'printf "%s" next', ...args });
        expect.soft(next.content[0]?.text, `after ${JSON.stringify(command.slice(0, 200))}`).toBe('next');
        await empty(at.path);
      }
    });
  }
}

async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true });
  await mkdir(folder);
}
