/**
 * Whether a program in a terminal waits for input, told from facts: a process of the terminal's foreground group is
 * blocked in read() on the terminal, or the terminal is in raw mode and every such process sleeps in poll or select.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

// System call numbers by architecture.
const reads: Record<string, number> = { x64: 0, arm64: 63 };
const waits: Record<string, readonly number[]> = { x64: [61, 247], arm64: [95, 260] };
const polls: Record<string, readonly number[]> = { x64: [7, 23, 232, 270, 271, 281, 441], arm64: [22, 72, 73, 441] };

const run = promisify(execFile);

/**
 * Looks at the terminal that a process leads.
 *
 * @returns undefined when the system does not tell
 */
export async function waitsForInput(leader: number): Promise<boolean | undefined> {
  const read = reads[process.arch];
  const stat = statOf(leader);
  if (read === undefined || !stat) return undefined;
  const group = foregroundGroup(stat.foreground, stat.session);
  const calls = group.map((pid) => ({ pid, call: syscallOf(pid) }));
  if (calls.length === 0 || calls.some(({ call }) => call === undefined)) return undefined;
  if (calls.some(({ pid, call }) => call?.[0] === read && isTerminal(pid, call[1]))) return true;
  const isIn = (table: typeof polls, call: number) => table[process.arch]?.includes(call) === true;
  const numbers = calls.map(({ call }) => call?.[0] ?? -1);
  // The shell that started the program waits for it, in the same group.
  const asleep = numbers.every((call) => isIn(polls, call) || isIn(waits, call)) && numbers.some((call) => isIn(polls, call));
  return asleep ? isRaw(leader) : false;
}

interface Stat {
  group: number;
  session: number;
  foreground: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , group, session, , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { group: Number(group), session: Number(session), foreground: Number(foreground) };
  } catch {
    return undefined;
  }
}

function foregroundGroup(group: number, session: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      const stat = pid > 0 ? statOf(pid) : undefined;
      return stat?.group === group && stat.session === session;
    });
}

/** Number and first argument of the system call that a process sleeps in; `[-1]` when it runs. */
function syscallOf(pid: number): [number, number] | undefined {
  try {
    const [call, first] = readFileSync(`/proc/${pid}/syscall`, 'latin1').trim().split(' ');
    return call === 'running' ? [-1, 0] : [Number(call), Number(first)];
  } catch {
    return undefined;
  }
}

function isTerminal(pid: number, fd: number): boolean {
  try {
    return /^\/dev\/(?:pts\/|tty)/.test(readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return false;
  }
}

async function isRaw(leader: number): Promise<boolean | undefined> {
  try {
    const { stdout } = await run('stty', ['-a', '-F', `/proc/${leader}/fd/0`]);
    return /(?:^|\s)-icanon\b/.test(stdout);
  } catch {
    return undefined;
  }
}
