/**
 * Where a kernel listens: https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files. The files lie where JupyterLab
 * looks for kernels that it did not start (`--ServerApp.allow_external_kernels=True`), so that a person can open an agent's kernel.
 */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '@sandlot/core/processes';

/** Folder in which JupyterLab looks, as `jupyter --runtime-dir` tells it. */
export function connectionFolder(env: Environment): string {
  const runtime = env['JUPYTER_RUNTIME_DIR'] ?? join(dataFolder(env), 'runtime');
  return join(runtime, 'external_kernels');
}

function dataFolder(env: Environment): string {
  const home = env['HOME'] ?? '/';
  if (env['JUPYTER_DATA_DIR']) return env['JUPYTER_DATA_DIR'];
  if (process.platform === 'darwin') return join(home, 'Library', 'Jupyter');
  return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'jupyter');
}

/**
 * Writes the connection file of a new kernel, readable by this user alone.
 *
 * @param folder of connection files; where it cannot be written, the file lies with the sockets, and JupyterLab does not see it
 * @param sockets folder for the kernel's Unix sockets
 * @returns its path, and what removes it with the sockets
 */
export function writeConnectionFile(folder: string, sockets: string, id: string): { file: string; remove: () => void } {
  const file = join(canWrite(folder) ? folder : sockets, `kernel-${id}.json`);
  // Paths of sockets are short.
  const ip = join(sockets, randomBytes(4).toString('hex'));
  const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
  const connection = {
    ...ports,
    transport: 'ipc',
    ip,
    key: randomBytes(32).toString('hex'),
    signature_scheme: 'hmac-sha256',
    kernel_name: 'python3',
  };
  writeFileSync(file, JSON.stringify(connection, null, 2), { mode: 0o600 });
  const paths = [file, ...Object.values(ports).map((port) => `${ip}-${port}`)];
  return { file, remove: () => paths.forEach((path) => rmSync(path, { force: true })) };
}

function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const keptMs = 24 * 60 * 60_000;

/** Removes the files that a killed server left more than a day ago. */
export function removeOldConnections(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (name.startsWith('kernel-sandlot-') && Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { force: true });
    }
  } catch {
    // There is no such folder yet.
  }
}
