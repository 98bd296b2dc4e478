/** A server that says what a test wants, in front of which a gateway runs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sandlot/core/testing';
import { type ForeignGateway, foreignGateway, type ForeignSettings, keys, send } from './foreign-gateway.ts';

const program = fileURLToPath(new URL('said-server.ts', import.meta.url));

/** The server. */
export interface SaidServer extends AsyncDisposable {
  readonly folder: string;
  /** Its entry of `mcpServers`. */
  readonly entry: Record<string, unknown>;
  /** What it says from now on. */
  say(said: Record<string, unknown>): Promise<void>;
}

/** Makes one. */
export async function saidServer(said: Record<string, unknown>, entry: Record<string, unknown> = {}): Promise<SaidServer> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'said.json');
  const say = (next: Record<string, unknown>) => writeFile(file, JSON.stringify(next));
  await say(said);
  return {
    folder: folder.path,
    entry: { command: process.execPath, args: [program, file], protocol: 'legacy', ...entry },
    say,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** A gateway in front of it, where it is `odd`. */
export function saidGateway(server: SaidServer, settings: ForeignSettings = {}): Promise<ForeignGateway> {
  return foreignGateway({ odd: server.entry }, settings);
}

/** What a list of a gateway says. */
export async function listed(
  { url }: ForeignGateway,
  method = 'tools/list',
  path = '/mcp',
  key = keys.ann,
): Promise<Record<string, unknown>[]> {
  const { body } = await send(`${url}${path}`, key, method, {});
  return Object.values((body.result ?? {}) as Record<string, unknown>).find((value) => Array.isArray(value)) as Record<string, unknown>[];
}

/** A route of `/v1`, as ann unless another key is given. */
export async function rest(
  { url }: ForeignGateway,
  path: string,
  key = keys.ann,
): Promise<{ status: number; data: unknown; error: unknown }> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, ...((await response.json()) as { data: unknown; error: unknown }) };
}
