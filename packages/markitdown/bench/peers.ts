/** The converters that are compared: ours, and others when they are there. Fetching them is a step of its own: `--install`. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sandlot', 'bench-markitdown');
const python = join(cache, 'venv', 'bin', 'markitdown');
const office = join(cache, 'office');

/** Our program as it is published. */
export const ours = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url));

/** A converter as a command that prints the Markdown of a file. */
export interface Peer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Formats that it reads. */
  readonly reads: (format: string) => boolean;
  /** Why it cannot be run. */
  readonly missing?: string;
}

/** Fetches the peers into the user's cache. */
export async function install(): Promise<void> {
  await mkdir(office, { recursive: true });
  await run('python3', ['-m', 'venv', join(cache, 'venv')]);
  await run(join(cache, 'venv', 'bin', 'pip'), ['install', '-q', 'markitdown[all]']);
  await writeFile(join(office, 'package.json'), '{"private":true}');
  await run('npm', ['install', '--save-exact', '--ignore-scripts', 'officeparser@8.1.1'], { cwd: office });
  await writeFile(
    join(office, 'main.mjs'),
    `import { OfficeParser } from 'officeparser';
const ast = await OfficeParser.parseOffice(process.argv[2]);
const { value } = await ast.to('md');
process.stdout.write(String(value));
`,
  );
}

/** All of them, with the reason for those that are not there. */
export function peers(): Peer[] {
  const pandoc = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'pandoc'))
    .find(existsSync);
  const told = 'not installed: run with --install';
  return [
    {
      name: 'sandlot',
      command: process.execPath,
      args: [ours],
      reads: () => true,
      ...(!existsSync(ours) && { missing: 'not built: npm run build' }),
    },
    { name: 'markitdown', command: python, args: [], reads: (format) => format !== 'odf', ...(!existsSync(python) && { missing: told }) },
    {
      name: 'pandoc',
      command: pandoc ?? 'pandoc',
      // Repeated cells of a sheet would take all the memory of the machine.
      args: ['+RTS', '-M2g', '-RTS', '-t', 'gfm', '--wrap=none'],
      reads: (format) => /^(?:docx|html|odf|epub|csv)$/.test(format),
      ...(pandoc === undefined && { missing: 'not installed: apt-get install pandoc' }),
    },
    {
      name: 'officeparser',
      command: process.execPath,
      args: [join(office, 'main.mjs')],
      reads: () => true,
      ...(!existsSync(join(office, 'main.mjs')) && { missing: told }),
    },
  ];
}
