/** Gets the other servers from npm, at pinned versions, into the user's cache: once, and outside the repository. */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const versions = {
  '@playwright/mcp': '0.0.83',
  'chrome-devtools-mcp': '1.11.0',
  'agent-browser': '0.41.2',
  '@agent-infra/mcp-server-browser': '1.2.29',
} as const;

/** A package that is compared with. */
export type Peer = keyof typeof versions;

const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sandlot', 'bench-browser');

/** Installs a package unless it is there. @returns its folder @throws Error when npm cannot */
export async function installPeer(name: Peer): Promise<string> {
  const folder = join(cache, `${name.replaceAll(/[@/]/g, '')}-${versions[name]}`);
  const installed = join(folder, 'node_modules', name);
  const done = join(folder, 'installed');
  if (await exists(done)) return installed;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: versions[name] } }));
  await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, timeout: 300_000 });
  await writeFile(done, '');
  return installed;
}

/** A script that starts Chromium for the others; they know no way to keep its sandbox as root. */
export async function peerChromium(chromium: string): Promise<string> {
  const path = join(cache, 'chromium');
  await mkdir(cache, { recursive: true });
  await writeFile(path, `#!/bin/sh\nexec "${chromium}" ${process.getuid?.() === 0 ? '--no-sandbox ' : ''}"$@"\n`);
  await chmod(path, 0o755);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
