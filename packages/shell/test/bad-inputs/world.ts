/** What the tables of bad inputs run in: a workspace, and a caller, whatever the way to the server. */
import { connect, temporaryFolder, type TestAnswer } from '@sandlot/core/testing';
import { shell } from '../../src/index.ts';
import { until } from '../kit.ts';

/** Calls tools. */
export interface Caller {
  call(name: string, args?: Record<string, unknown>, options?: { signal?: AbortSignal }): Promise<TestAnswer>;
}

/** A server with a workspace of its own. */
export interface World extends AsyncDisposable {
  readonly client: Caller & { as(principal: 'other'): Promise<Caller & AsyncDisposable> };
  /** Its workspace. */
  readonly path: string;
  /** The process that the server runs in. */
  pid(): number;
}

/** Opens one, with options of the shell server. */
export type OpenWorld = (options?: Record<string, unknown>) => Promise<World>;

/** The server in this process, over MCP. */
export async function mcpWorld(options: Record<string, unknown> = {}): Promise<World> {
  const folder = await temporaryFolder();
  const client = await connect(shell, { workspace: folder.path, options });
  return {
    client,
    path: folder.path,
    pid: () => process.pid,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Runs a command and waits for its end. */
export function exec(client: Caller, command: string, args: Record<string, unknown> = {}): Promise<TestAnswer> {
  return client.call('shell_exec', { command, wait_ms: 120_000, ...args });
}

/** The output in an answer, without the closing line. */
export function shown({ content }: Pick<TestAnswer, 'content'>): string {
  return content.length > 1 ? String(content[0]?.text) : '';
}

/** Reads on until the output holds a text; gives all that was read. */
export async function readUntil(client: Caller, id: unknown, text: string): Promise<string> {
  let all = '';
  await until(async () => {
    all += shown(await client.call('shell_read', { process_id: id, wait_ms: 200, until: 'output' }));
    return all.includes(text) ? true : undefined;
  });
  return all;
}
