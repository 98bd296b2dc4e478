/** A named session: what one command leaves for the next. */
import { Turns } from '@sandlot/core';
import { quote, type State } from './boot.ts';
import type { Environment } from './environment.ts';

// Linux takes 128 KiB for one variable.
const largestBytes = 100_000;

/** A session of one principal. */
export class Session {
  /** Empty for one that a single command uses. */
  readonly name: string;
  readonly principal: string;
  cwd: string;
  env: ReadonlyMap<string, string>;
  umask: string | undefined;
  definitions: Buffer = Buffer.alloc(0);
  /** Grows whenever a command's state is taken over. */
  version = 0;
  usedAt = Date.now();
  /** Each call waits until those before it have answered. */
  readonly turns = new Turns();
  readonly #base: Environment;

  constructor(principal: string, name: string, cwd: string, base: Environment) {
    this.principal = principal;
    this.name = name;
    this.cwd = cwd;
    this.#base = base;
    this.env = new Map(Object.entries(base));
  }

  /** Names of the variables that are not as they were at the session's start. */
  get changedVariables(): string[] {
    const names = new Set([...this.env.keys(), ...Object.keys(this.#base)]);
    return [...names].filter((name) => !['PWD', 'OLDPWD'].includes(name) && this.env.get(name) !== this.#base[name]).toSorted();
  }

  /**
   * Takes over what a command left.
   *
   * @param state the state at its end
   * @param given variables that were set for this command alone; they stay only where the command changed them
   */
  adopt(state: State, given: Environment): void {
    const env = new Map(state.env);
    for (const [name, value] of Object.entries(given)) {
      if (env.get(name) !== value) continue;
      const before = this.env.get(name);
      if (before === undefined) env.delete(name);
      else env.set(name, before);
    }
    // No process could be started with these; bash sets them itself.
    const large = [...env].filter(([, value]) => Buffer.byteLength(value) > largestBytes);
    for (const [name] of large) env.delete(name);
    this.env = env;
    this.cwd = state.cwd;
    this.umask = state.umask;
    this.definitions = Buffer.concat([
      ...large.map(([name, value]) => Buffer.from(`declare -x ${name}=${quote(value)}\n`)),
      state.definitions,
    ]);
    this.version++;
  }
}
