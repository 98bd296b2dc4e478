/** What a Python kernel and a Node.js process have in common. */
import type { Environment } from '@sandlot/core/processes';

/** The runtimes. TypeScript runs in the JavaScript one. */
export type Runtime = 'python' | 'javascript';

/** One piece of code to run. */
export interface Cell {
  /** Unguessable; names its files. */
  readonly id: string;
  readonly code: string;
  /** True for TypeScript. */
  readonly typescript: boolean;
  /** Folder to change to first. Default: where the kernel is. */
  readonly cwd: string | undefined;
  /** Variables of this cell alone. */
  readonly env: Environment;
  /** TRACEPARENT and the like. */
  readonly trace: Environment;
  /** What `input()` and stdin read. Default: nothing. */
  readonly stdin: string | undefined;
  /** True for a script, which is all that its process runs. */
  readonly once: boolean;
  /** Most characters of output; the kernel drops what comes after. */
  readonly outputChars: number;
}

/** Representations of one value by MIME type. Binary ones are base64. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a cell shows while it runs. */
export type CellEvent =
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'display'; readonly data: MimeBundle; readonly displayId: string | undefined; readonly update: boolean }
  | { readonly type: 'result'; readonly data: MimeBundle }
  | { readonly type: 'error'; readonly name: string; readonly message: string; readonly traceback: string }
  | { readonly type: 'clear' };

/** How a cell ended by itself. */
export interface CellEnd {
  readonly status: 'ok' | 'error';
  readonly executionCount: number | undefined;
  /** Characters that the kernel dropped. */
  readonly dropped: number;
  /** Characters that it dropped since the cell before had ended. */
  readonly lateDropped: number;
  /** The kernel's folder now. */
  readonly cwd: string | undefined;
}

/** How a kernel's process ended. */
export interface KernelExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote outside any cell. */
  readonly stderr: string;
  /** Why this server ended it, if it did. */
  readonly reason: string | undefined;
}

/** A running kernel. Runs one cell at a time. */
export interface Kernel {
  readonly runtime: Runtime;
  readonly pid: number;
  /** Path of the Jupyter connection file, by which other clients join it. */
  readonly connection: string | undefined;
  /** False once the process has ended, or is being ended. */
  readonly isRunning: boolean;
  /** Gets what cells show after they have ended: threads, tasks and timers go on. */
  onLate: ((event: CellEvent) => void) | undefined;
  /** Settles when the process has ended and its children were ended too. */
  readonly ended: Promise<KernelExit>;
  /** Runs a cell. Stays unsettled when the kernel ends first: watch {@link ended}. */
  run(cell: Cell, onEvent: (event: CellEvent) => void): Promise<CellEnd>;
  /** Asks the running cell to stop. */
  interrupt(): void;
  /** Ends the process and all that it started. */
  end(reason?: string): Promise<void>;
}
