/** Installs packages into the workspace, by pip or npm. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Progress, ToolError } from '@sandlot/core';
import { baseEnvironment } from '@sandlot/core/processes';
import type { Contexts } from '../contexts/contexts.ts';
import { runProgram } from '../processes/run-program.ts';

/** What to install. */
export interface InstallOptions {
  readonly manager: 'pip' | 'npm';
  readonly packages: readonly string[];
  readonly timeoutMs: number;
}

/** How it went. */
export interface Installed {
  readonly ok: boolean;
  readonly exit_code: number;
  readonly folder: string;
  /** What pip or npm said. */
  readonly output: string;
}

interface Caller {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

const shownChars = 6000;

/**
 * Installs packages. A package manager that fails is an answer, not an error.
 *
 * @throws ToolError INVALID_ARGUMENT for a package that looks like an option
 */
export async function installPackages(contexts: Contexts, options: InstallOptions, caller: Caller): Promise<Installed> {
  for (const name of options.packages) {
    if (!/^[^-\s]\S*(?: ?[<>=!~,].*)?$/.test(name))
      throw new ToolError('INVALID_ARGUMENT', `packages: "${name}" is not the name of a package.`);
  }
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([caller.signal, timeout]);
  let lines = 0;
  const onLine = (line: string) => caller.progress({ progress: ++lines, message: line.slice(0, 200) });
  const installer = options.manager === 'pip' ? await pip(contexts, options.packages, caller) : npm(contexts, options.packages);
  const { code, output } = await runProgram({ ...installer, cwd: contexts.workspace, signal, onLine });
  caller.signal.throwIfAborted();
  if (timeout.aborted) throw new ToolError('DEADLINE_EXCEEDED', `${options.manager} took longer than ${options.timeoutMs / 1000} s.`);
  return { ok: code === 0, exit_code: code, folder: installer.folder, output: output.trim().slice(-shownChars) };
}

interface Installer {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** pip of the workspace's virtual environment, which is made when it is missing. */
async function pip(contexts: Contexts, packages: readonly string[], { progress, signal }: Caller): Promise<Installer> {
  const env = { ...baseEnvironment(['PIP_*', 'UV_*']), ...contexts.env, PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  const python = join(contexts.venv, 'bin', 'python');
  if (!(await exists(python))) {
    const base = await contexts.python.find(progress);
    const made = await runProgram({
      command: [base.path, '-m', 'venv', '--system-site-packages', contexts.venv],
      env,
      cwd: contexts.workspace,
      signal,
    });
    if (made.code !== 0) {
      throw new ToolError(
        'FAILED_PRECONDITION',
        `The virtual environment "${contexts.venv}" cannot be made: ${made.output.trim().slice(-1000)}`,
        {
          advice: 'Install the package for virtual environments: on Debian and Ubuntu "apt-get install python3-venv".',
        },
      );
    }
  }
  return { command: [python, '-m', 'pip', 'install', '--progress-bar', 'off', ...packages], env, folder: '.venv' };
}

function npm(contexts: Contexts, packages: readonly string[]): Installer {
  // npm lies beside the Node.js that it belongs to.
  const env = { ...baseEnvironment(['NPM_CONFIG_*', 'npm_config_*']), ...contexts.env };
  const path = `${dirname(contexts.node.path)}:${env['PATH'] ?? ''}`;
  return { command: ['npm', 'install', '--no-audit', '--no-fund', ...packages], env: { ...env, PATH: path }, folder: 'node_modules' };
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
