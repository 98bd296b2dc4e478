/** Decides how Chromium's own sandbox can be had on this machine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * How Chromium is started.
 * - `on`: as it is; its sandbox is on.
 * - `user-namespace`: for root, inside a user namespace in which it is not root, because Chromium refuses to put a
 *   sandbox up as root; its sandbox is on.
 * - `off`: with `--no-sandbox`.
 */
export type SandboxMode = 'on' | 'user-namespace' | 'off';

/** What was decided, and why when the sandbox is off. */
export interface SandboxDecision {
  readonly mode: SandboxMode;
  readonly warning?: string;
}

/** `unshare` (util-linux) with a user that is not root inside and owns root's files outside. */
export const namespaceCommand = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] as const;

/**
 * Decides by a probe. Anybody but root gets the sandbox or an error at launch; it is never dropped for them.
 *
 * @param wanted false when the operator gave `--no-sandbox`
 */
export async function decideSandbox(wanted: boolean): Promise<SandboxDecision> {
  if (!wanted) return { mode: 'off', warning: 'Chromium runs without its own sandbox, because --no-sandbox was given.' };
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { mode: 'on' };
  if (await canNestNamespaces()) return { mode: 'user-namespace' };
  return {
    mode: 'off',
    warning:
      'Chromium runs without its own sandbox: this process is root and may not make user namespaces. Run it as another user to have the sandbox.',
  };
}

/** Chromium makes a second namespace inside the first for each of its own processes. */
async function canNestNamespaces(): Promise<boolean> {
  const [file, ...args] = namespaceCommand;
  return promisify(execFile)(file, [...args, 'unshare', '--user', '--pid', '--net', '--fork', 'true'], { timeout: 5_000 }).then(
    () => true,
    () => false,
  );
}
