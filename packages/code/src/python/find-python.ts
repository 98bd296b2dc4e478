/** The Python that kernels run on: one that has ipykernel, else a virtual environment that is made once. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Log, type Progress, ToolError } from '@sandlot/core';
import type { Environment } from '@sandlot/core/processes';
import { z } from 'zod';
import { makeKernelEnvironment } from './kernel-environment.ts';

/** A Python that can run kernels. */
export interface Python {
  readonly path: string;
  readonly version: string;
  readonly ipykernel: string;
}

/** Where to look. */
export interface FindPythonOptions {
  /** Path or name that was asked for; nothing else is tried. */
  readonly asked: string | undefined;
  /** The virtual environment of the workspace. */
  readonly venv: string;
  readonly env: Environment;
  readonly log: Log;
  /** Whether to make an environment where there is none. */
  readonly make: boolean;
}

const probed = z.tuple([z.string(), z.string(), z.string()]);
const probe = `
import sys, json
from importlib.util import find_spec
from importlib.metadata import version
has = find_spec("ipykernel") is not None and find_spec("jupyter_client") is not None
print(json.dumps([sys.executable, "%d.%d.%d" % sys.version_info[:3], version("ipykernel") if has else ""]))
`;

/**
 * Finds or makes a Python that has ipykernel.
 *
 * @param report is told what takes time
 * @throws ToolError FAILED_PRECONDITION with what to install
 */
export async function findPython(options: FindPythonOptions, report: (progress: Progress) => void): Promise<Python> {
  const { asked, venv, env } = options;
  if (asked !== undefined) {
    const found = await look(asked, env);
    if (found?.ipykernel) return found;
    throw new ToolError('FAILED_PRECONDITION', found ? `"${asked}" has no ipykernel.` : `"${asked}" is no Python that starts.`, {
      advice: found ? `Install it: ${asked} -m pip install ipykernel` : 'Give the path of a Python 3.9 or later as --python.',
    });
  }
  const own = join(venv, 'bin', 'python');
  const inWorkspace = existsSync(own) ? await look(own, env) : undefined;
  if (inWorkspace?.ipykernel) return inWorkspace;
  const onPath = await look('python3', env);
  if (onPath?.ipykernel) return onPath;
  if (!onPath || older(onPath.version, [3, 9])) {
    throw new ToolError('FAILED_PRECONDITION', onPath ? `Python ${onPath.version} is too old.` : 'There is no python3 on this machine.', {
      advice: 'Install Python 3.9 or later: on Debian and Ubuntu "apt-get install python3 python3-venv"; or give its path as --python.',
    });
  }
  const made = await look(await makeKernelEnvironment(onPath, options, report), env);
  if (made?.ipykernel) return made;
  throw new ToolError('FAILED_PRECONDITION', 'The virtual environment for kernels was made, but ipykernel does not load from it.');
}

async function look(python: string, env: Environment): Promise<Python | undefined> {
  try {
    const { stdout } = await promisify(execFile)(python, ['-c', probe], { env, timeout: 60_000 });
    const [path, version, ipykernel] = probed.parse(JSON.parse(stdout));
    return { path, version, ipykernel };
  } catch {
    return undefined;
  }
}

function older(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a < major || (a === major && b < minor);
}
