/** Runs a program to its end. */
import { spawn } from 'node:child_process';
import type { Environment } from '@sandlot/core/processes';

/** What {@link runProgram} takes. */
export interface RunProgramOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  /** Ends the program. */
  readonly signal?: AbortSignal;
  /** Gets each line of its output. */
  readonly onLine?: (line: string) => void;
}

const keptChars = 200_000;

/** Its exit code (-1 when it did not start or was ended) and its output, the last 200,000 characters of it. */
export function runProgram({ command, cwd, env, signal, onLine }: RunProgramOptions): Promise<{ code: number; output: string }> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (text: string) => {
      output = (output + text).slice(-keptChars);
      const line = text.trimEnd().split('\n').at(-1);
      if (line) onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const abort = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    signal?.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => resolve({ code: -1, output: error.message }));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      resolve({ code: code ?? -1, output });
    });
  });
}
