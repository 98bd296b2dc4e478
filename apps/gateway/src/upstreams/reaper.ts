/**
 * A small process beside the gateway: when the gateway ends without a farewell, even of SIGKILL, it ends the process groups of the servers
 * that the gateway started. A server should end with its stdin, but not every one does, and what it started may not either.
 */
import { type ChildProcess, spawn } from 'node:child_process';

// A line adds or removes a group. The end of the input is the end of the gateway.
const script = `
trap '' HUP INT QUIT TERM
groups=' '
while read -r what group; do
  case "$what$groups" in
    "+ "*) groups="$groups$group " ;;
    "-"*" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
[ "$groups" = ' ' ] || sleep 1
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;

/** The process, started with the first group. */
export class Reaper implements Disposable {
  readonly #groups = new Set<number>();
  #child: ChildProcess | undefined;

  /** Ends a group when the gateway is gone; the returned function takes it back. */
  watch(group: number): () => void {
    this.#groups.add(group);
    if (this.#child) this.#tell('+', group);
    else this.#start();
    return () => {
      if (this.#groups.delete(group)) this.#tell('-', group);
    };
  }

  [Symbol.dispose](): void {
    this.#child?.stdin?.end();
    this.#child = undefined;
  }

  #start(): void {
    const child = spawn('/bin/sh', ['-c', script], { detached: true, cwd: '/', env: {}, stdio: ['pipe', 'ignore', 'ignore'] });
    this.#child = child;
    const gone = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('error', gone).on('exit', gone).unref();
    child.stdin.on('error', gone);
    for (const group of this.#groups) this.#tell('+', group);
  }

  #tell(what: '+' | '-', group: number): void {
    this.#child?.stdin?.write(`${what} ${group}\n`);
  }
}
