/** The text that bash runs around a command: it restores the session, runs the command, and writes down what the session has become. */

import { parseExports } from './exports.ts';

/** What one command needs. */
export interface Boot {
  /** Number that marks every process of the command; see @sandlot/core/processes. */
  tag: number;
  /** Holds the command's text. */
  commandFile: string;
  /** Gets the state at the end. */
  stateFile: string;
  /** Holds functions and aliases of the session. */
  definitionsFile?: string | undefined;
  umask?: string | undefined;
  /** Takes the pid of a process that joins the command's cgroup. */
  joinFile?: string | undefined;
  /** `ulimit` arguments, such as `-t 60`. */
  limits: readonly string[];
}

const endMark = 'end';

/**
 * The argument of `bash -c`. One line, so that line numbers in messages are those of the command. `builtin` everywhere, because the
 * session may have a function of that name; `exec` can only be shielded by `command`.
 */
export function bootText(boot: Boot): string {
  const out = quote(boot.stateFile);
  // `set +…` first: -e, -u, -x and -v of the command must neither stop this nor show it.
  const save = [
    '{ builtin set +euxv; } 2>/dev/null',
    `{ builtin pwd; builtin printf '\\0'`,
    `builtin declare -px; builtin printf '\\0'; builtin umask; builtin printf '\\0'; builtin alias -p; builtin declare -f; builtin printf '\\0'`,
    `builtin times; builtin printf '\\0${endMark}'; } >|${out} 2>/dev/null`,
  ].join('; ');
  return [
    // The tag goes to every descendant and cannot be shed by setsid, a second fork or an empty environment.
    `builtin ulimit -R ${boot.tag} 2>/dev/null`,
    `[[ $PPID == ${process.pid} ]] || builtin exit 125`,
    ...(boot.joinFile === undefined ? [] : [`{ builtin echo $$ >${quote(boot.joinFile)}; } 2>/dev/null`]),
    // When memory runs out, the kernel ends the command and not the server.
    '{ builtin echo 300 >/proc/self/oom_score_adj; } 2>/dev/null',
    // Descriptors that whoever started the server left open.
    'for _sandlot in /proc/self/fd/*; do _sandlot=${_sandlot##*/}; [[ $_sandlot == [0-2\\*] ]] || builtin eval "command exec $_sandlot>&-"; done',
    ...boot.limits.map((limit) => `builtin ulimit ${limit}`),
    'builtin shopt -s expand_aliases',
    `builtin trap ${quote(`[[ \${_sandlot_saved-} ]] || { ${save}; }`)} EXIT`,
    `IFS= builtin read -r -d '' <${quote(boot.commandFile)}`,
    ...(boot.umask === undefined ? [] : [`builtin umask ${boot.umask}`]),
    ...(boot.definitionsFile === undefined ? [] : [`builtin . ${quote(boot.definitionsFile)}`]),
    'builtin :',
    'builtin eval "$REPLY"',
    // Also when the command has put its own trap in the place of ours.
    `{ _sandlot_status=$?; builtin set +euxv; } 2>/dev/null; ${save}; _sandlot_saved=1; builtin exit $_sandlot_status`,
  ].join('; ');
}

/** One word for bash. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A session's state as a command left it. */
export interface State {
  cwd: string;
  env: Map<string, string>;
  umask: string;
  /** Source text of functions and aliases; empty when there are none. */
  definitions: Buffer;
  /** Time on the CPU of the shell and its children. */
  cpuMs: number;
}

/** Reads what the boot text wrote; undefined when it is not whole (`exec`, SIGKILL, a trap of the command's own). */
export function parseState(bytes: Buffer): State | undefined {
  const [cwd, exports, umask, definitions, times, end] = split(bytes);
  if (!cwd || !exports || !umask || !definitions || end?.toString() !== endMark) return undefined;
  const env = parseExports(exports);
  env.delete('SHLVL');
  return { cwd: cwd.toString().replace(/\n$/, ''), env, umask: umask.toString().trim(), definitions, cpuMs: toCpuMs(String(times)) };
}

function split(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let from = 0; from <= bytes.length;) {
    const zero = bytes.indexOf(0, from);
    const to = zero === -1 ? bytes.length : zero;
    records.push(bytes.subarray(from, to));
    from = to + 1;
  }
  return records;
}

function toCpuMs(times: string): number {
  const seconds = [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  return Math.round(seconds * 1000);
}
