/** A started program, by pipes or in a terminal, in one form. */

/** How a program ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What is needed to start bash. */
export interface StartOptions {
  shell: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Gets the output as it comes, in a buffer that is used again; answers false to be paused until `resume`. */
  onData(chunk: Buffer): boolean;
}

/** A started program. */
export interface Running {
  readonly pid: number;
  /** Settles when the shell has ended. */
  readonly exited: Promise<Exit>;
  /** Settles when nobody can write output any more. */
  readonly closed: Promise<void>;
  /** Lets output come again after `onData` answered false. */
  resume(): void;
  /** True after `onData` answered false, until `resume`. */
  isPaused(): boolean;
  /** Gives up the output that may still come. */
  close(): void;
  /** Terminals only: types. */
  write?(text: string): void;
  /** Terminals only: bytes that were typed and that the program has not taken yet, past what the system itself keeps. */
  untaken?(): number;
  /** Terminals only. */
  resize?(cols: number, rows: number): void;
}
