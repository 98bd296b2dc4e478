/** The virtual environment for kernels, made once in the user's cache folder. */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Log, type Progress, ToolError } from '@sandlot/core';
import type { Environment } from '@sandlot/core/processes';
import { runProgram } from '../processes/run-program.ts';

/** What is to be made. */
export interface KernelEnvironmentOptions {
  readonly env: Environment;
  readonly log: Log;
  /** Whether to make it. */
  readonly make: boolean;
}

/**
 * Makes the environment when it is not there yet.
 *
 * @param base the Python to make it from
 * @param report is told each step
 * @returns path of its Python
 * @throws ToolError FAILED_PRECONDITION with what to install
 */
export async function makeKernelEnvironment(
  base: { path: string; version: string },
  { env, log, make }: KernelEnvironmentOptions,
  report: (progress: Progress) => void,
): Promise<string> {
  const folder = join(cacheFolder(env), `python-${base.version}`);
  const python = join(folder, 'bin', 'python');
  if (await exists(python)) return python;
  if (!make) {
    throw new ToolError('FAILED_PRECONDITION', `Python ${base.version} has no ipykernel yet.`, {
      advice: 'It is set up with the first Python cell.',
    });
  }
  // Elsewhere first, so that a half-made one is never used. The scripts in its bin folder are not used.
  const making = `${folder}.${process.pid}`;
  let step = 0;
  const say = (message: string) => {
    log.warn(message);
    report({ progress: ++step, message });
  };
  try {
    await mkdir(dirname(folder), { recursive: true }).catch((error: unknown) => {
      throw new ToolError(
        'FAILED_PRECONDITION',
        `Python has no ipykernel, and the folder to set it up in cannot be made: ${String(error)}`,
        {
          cause: error,
          advice: `Install it (${base.path} -m pip install ipykernel), or point XDG_CACHE_HOME to a folder that can be written.`,
        },
      );
    });
    say(`Python has no ipykernel: making a virtual environment for it, once, in ${folder}`);
    await need(
      base.path,
      ['-m', 'venv', '--system-site-packages', making],
      env,
      'Install the package for virtual environments: on Debian and Ubuntu "apt-get install python3-venv".',
    );
    say('Installing ipykernel with pip');
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet', 'ipykernel'];
    await need(
      join(making, 'bin', 'python'),
      pip,
      env,
      `See that pip reaches its package index, or install ipykernel by hand: ${base.path} -m pip install ipykernel`,
    );
    await rename(making, folder).catch(async (error: unknown) => {
      // Another server was faster.
      if (!(await exists(python))) throw error;
    });
    say('Python is ready');
    return python;
  } finally {
    await rm(making, { recursive: true, force: true }).catch(() => undefined);
  }
}

function cacheFolder(env: Environment): string {
  return join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? '/tmp', '.cache'), 'sandlot');
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function need(file: string, args: readonly string[], env: Environment, advice: string): Promise<void> {
  const { code, output } = await runProgram({ command: [file, ...args], env, cwd: '/' });
  if (code === 0) return;
  throw new ToolError(
    'FAILED_PRECONDITION',
    `Python kernels cannot be set up: "${[file, ...args].join(' ')}" failed. It said: ${output.trim().slice(-1500)}`,
    {
      advice,
    },
  );
}
