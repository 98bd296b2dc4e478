/** A user interface that is a program of its own, defined once: its path, how it is started, what to do when it is missing. */

/** What a program is started with. */
export interface UiEnv {
  /** Unix socket on which it shall listen. */
  readonly socket: string;
  /** A folder of its own for this run. */
  readonly folder: string;
  readonly workspace: string;
  /** Path under which the browser sees it, with a slash at its end. */
  readonly url: string;
}

/** A program. */
export interface UiProgram {
  readonly args: readonly string[];
  /** Text by name, written into its folder first. Default none. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variables besides the usual ones. Default none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A user interface. */
export interface UiService {
  /** `code-server`: it stands at `/code-server/` and needs the scope `ui:code-server`. */
  readonly id: string;
  /** Name for people. */
  readonly title: string;
  /** What it is for, in a few words. */
  readonly purpose: string;
  /** The program's names; the first that is found on PATH is taken. */
  readonly programs: readonly string[];
  /** What to do when none is found. */
  readonly missing: string;
  /** True when the program gets the whole path as the browser sees it, false when only what comes after its own. */
  readonly keepsPath: boolean;
  /** Paths below it that are refused, as they begin. Default none. */
  readonly refused?: readonly string[];
  program(env: UiEnv): UiProgram;
}
