/** Programs under a user of their own, so that they cannot read what the gateway keeps, signal it or reach its files. */
import { readFileSync } from 'node:fs';
import { ToolError } from '@sandlot/core';

/** Numbers of the capabilities that starting and ending another user's processes needs: see capabilities(7). */
const needed = { CAP_KILL: 5, CAP_SETGID: 6, CAP_SETUID: 7 };

/**
 * The command that runs a program as a user, by setpriv(1): without capabilities, without further groups, and without ways to get more.
 *
 * @param user `uid:gid`; undefined runs it as this process's user
 */
export function asUser(user: string | undefined, command: string, args: readonly string[]): { command: string; args: string[] } {
  if (user === undefined) return { command, args: [...args] };
  const [uid, gid] = user.split(':');
  const drop = ['--clear-groups', '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs'];
  return { command: 'setpriv', args: [`--reuid=${uid}`, `--regid=${gid}`, ...drop, '--', command, ...args] };
}

/**
 * Refuses users that this process cannot start programs as.
 *
 * @param users `uid:gid` by the option that names it
 * @throws ToolError FAILED_PRECONDITION naming the option and what is missing
 */
export function checkUsers(users: Readonly<Record<string, string | undefined>>): void {
  const named = Object.entries(users).find(([, user]) => user !== undefined);
  if (!named) return;
  const mask = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const missing = Object.entries(needed).filter(([, bit]) => ((mask >> BigInt(bit)) & 1n) === 0n);
  if (missing.length === 0) return;
  throw new ToolError(
    'FAILED_PRECONDITION',
    `${named[0]}=${named[1]} needs capabilities that the gateway does not have: ${missing.map(([name]) => name).join(', ')}.`,
    { advice: 'Start it with them, as docker/entrypoint does, or leave the option away: servers then run as the gateway itself.' },
  );
}
