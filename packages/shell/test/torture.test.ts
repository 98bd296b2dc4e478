import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { baseEnvironment, pipeEnvironment } from '../src/sessions/environment.ts';
import { cleanText } from '../src/sessions/text.ts';
import { shell } from '../src/index.ts';
import './kit.ts';
import { tortureSet } from './torture-set.ts';

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

describe('torture set', () => {
  it('holds at least 150 commands', () => {
    expect(new Set(Object.values(tortureSet).flat()).size).toBeGreaterThanOrEqual(150);
  });

  for (const [group, commands] of Object.entries(tortureSet)) {
    it(`does with ${group} what bash does, and the next command works`, async () => {
      await using folder = await temporaryFolder();
      const workspace = join(folder.path, 'w');
      await mkdir(workspace);
      await using client = await connect(shell, { workspace });
      for (const [index, command] of commands.entries()) {
        const expected = await oracle(command, folder.path, workspace);
        await rm(workspace, { recursive: true });
        await mkdir(workspace);
        const args = { session: `s${index}`, wait_ms: 120_000, max_output: most };
        const answer = await client.call('shell_exec', { command, ...args });
        const text = answer.content.length > 1 ? String(answer.content[0]?.text) : '';
        const actual = {
          text,
          exit_code: answer.facts['exit_code'] as number | undefined,
          signal: answer.facts['signal'] as string | undefined,
        };
        expect.soft(comparable(actual), JSON.stringify(command.slice(0, 200))).toEqual(comparable(expected));
        const next = await client.call('shell_exec', { command: 'printf "%s" next', ...args });
        expect.soft(next.content[0]?.text, `after ${JSON.stringify(command.slice(0, 200))}`).toBe('next');
        await rm(workspace, { recursive: true });
        await mkdir(workspace);
      }
    });
  }
});
