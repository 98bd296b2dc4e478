/** An MCP server as data: its tools, its options, and how its state is made. */
import type { OptionTable, OptionValues } from './config/options.ts';
import type { Log } from './log.ts';
import type { Resources } from './resources.ts';
import type { Routes } from './routes.ts';
import type { SocketDefinition } from './socket.ts';
import type { Tool } from './tool.ts';

/** What a server gets when its state is made. */
export interface ServerEnv<Options> {
  /** Absolute path of the workspace folder; it exists. */
  readonly workspace: string;
  /** The server's own options, parsed, with defaults filled in. */
  readonly options: Options;
  readonly log: Log;
}

/** What {@link defineServer} takes. */
export interface ServerSpec<Domain, T extends OptionTable> {
  /** One word: folder, npm name, MCP server name, tool prefix and `/v1` segment. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly version: string;
  /** One sentence: what it is for. */
  readonly description: string;
  /** For the model: how the tools work together. */
  readonly instructions?: string;
  /** The server's own options: flag, environment variable, default. */
  readonly options: T;
  /** Every tool, in the order in which they are listed. Importing them must be cheap: heavy libraries load in `open`. */
  readonly tools: readonly Tool<Domain>[];
  /** Things with a URI that clients read and subscribe to. Default none. */
  readonly resources?: Resources<Domain>;
  /** HTTP routes for large bytes. Default none. */
  readonly routes?: Routes<Domain>;
  /** WebSockets. Default none. */
  readonly sockets?: readonly SocketDefinition<Domain>[];
  /**
   * Makes the server's state, at its first call. What it returns is `ctx.domain`; when that has `Symbol.asyncDispose`,
   * it is disposed at the end.
   */
  open(env: ServerEnv<OptionValues<T>>): Domain | Promise<Domain>;
  /** True while something runs that outlives its call, so that the gateway does not stop the server as idle. Default: never. */
  isBusy?(domain: Domain): boolean;
}

/** A defined server; the gateway and the command line both take it. */
export interface ServerDefinition {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly instructions?: string;
  readonly options: OptionTable;
  readonly tools: readonly Tool<never>[] | readonly Tool[];
  readonly resources?: Resources;
  readonly routes?: Routes;
  readonly sockets?: readonly SocketDefinition[];
  open(env: ServerEnv<Record<string, unknown>>): unknown;
  isBusy?(domain: unknown): boolean;
}

/** Defines a server. Throws at once when a tool's name does not carry the server's prefix or is taken twice. */
export function defineServer<Domain, T extends OptionTable>(spec: ServerSpec<Domain, T>): ServerDefinition {
  const names = new Set<string>();
  for (const { name } of spec.tools) {
    if (!name.startsWith(`${spec.name}_`)) throw new Error(`Tool "${name}" of server "${spec.name}" lacks the prefix "${spec.name}_".`);
    if (names.has(name)) throw new Error(`Server "${spec.name}" lists the tool "${name}" twice.`);
    names.add(name);
  }
  return spec;
}
