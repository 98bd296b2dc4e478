/** Versions, and the packages that code can import. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '@sandlot/core';
import type { Contexts } from '../contexts/contexts.ts';
import { runProgram } from '../processes/run-program.ts';

/** What there is of one language. */
export interface RuntimeInfo {
  readonly language: 'python' | 'javascript';
  readonly version: string;
  readonly path: string;
  readonly available: boolean;
  /** `name@version`. */
  readonly packages: string[];
  readonly note?: string;
}

const listPackages = `
from importlib.metadata import distributions
print("\\n".join(sorted({(d.metadata["Name"] or "?") + "@" + d.version for d in distributions()}, key=str.lower)))
`;

/** Python, or why there is none. */
export async function pythonInfo(contexts: Contexts): Promise<RuntimeInfo> {
  try {
    const { path, version, ipykernel } = await contexts.python.peek();
    const own = join(contexts.venv, 'bin', 'python');
    const lists = await Promise.all(
      [path, ...(existsSync(own) && own !== path ? [own] : [])].map((python) => pythonPackages(python, contexts)),
    );
    const packages = [...new Map(lists.flat().map((entry) => [entry.split('@')[0], entry])).values()].toSorted();
    return { language: 'python', version, path, available: true, packages, note: `ipykernel ${ipykernel}` };
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    return { language: 'python', version: '', path: '', available: false, packages: [], note: `${error.message} ${error.advice}` };
  }
}

async function pythonPackages(python: string, { env, workspace }: Contexts): Promise<string[]> {
  const { output } = await runProgram({ command: [python, '-c', listPackages], env, cwd: workspace });
  return output
    .trim()
    .split('\n')
    .filter((line) => /^\S+@\S+$/.test(line));
}

/** Node.js. */
export async function nodeInfo({ node, workspace }: Contexts): Promise<RuntimeInfo> {
  const packages = await nodePackages(join(workspace, 'node_modules'));
  return { language: 'javascript', version: await node.version(), path: node.path, available: true, packages };
}

async function nodePackages(folder: string, scope = ''): Promise<string[]> {
  const entries = await readdir(join(folder, scope)).catch(() => []);
  const found = entries
    .filter((name) => !name.startsWith('.'))
    .map(async (name) => {
      if (name.startsWith('@')) return nodePackages(folder, name);
      const full = scope === '' ? name : `${scope}/${name}`;
      const text = await readFile(join(folder, full, 'package.json'), 'utf8').catch(() => '{}');
      const version = /"version"\s*:\s*"([^"]+)"/.exec(text)?.[1];
      return version === undefined ? [] : [`${full}@${version}`];
    });
  return (await Promise.all(found)).flat().toSorted();
}
