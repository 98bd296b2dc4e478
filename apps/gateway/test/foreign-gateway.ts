/** A gateway in front of servers that a user added, listening on a free port. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseProfiles } from '../src/config/profiles.ts';
import { watchServers } from '../src/config/watch.ts';
import type { InstalledServer } from '../src/servers.ts';
import { startListening, type StartedGateway } from './listening-gateway.ts';

/** Keys of principals: two may do everything, `cat` what a test says. */
export const keys = { ann: 'ann-key-0123456789', bob: 'bob-key-0123456789', cat: 'cat-key-0123456789' };

/** A running gateway. */
export interface ForeignGateway extends StartedGateway {
  /** Replaces `mcpServers` and `profiles` in the watched file. */
  configure(mcpServers: Record<string, unknown>, profiles?: Record<string, unknown>): Promise<void>;
}

/** What else a test may set. */
export interface ForeignSettings {
  readonly profiles?: Record<string, unknown>;
  /** Scopes of the key `cat`. Default none. */
  readonly scopes?: readonly string[];
  /** Options as in `sandlot.json`. */
  readonly options?: Record<string, unknown>;
  readonly own?: readonly InstalledServer[];
}

/** Starts one. */
export async function foreignGateway(
  mcpServers: Record<string, unknown>,
  { profiles = {}, scopes = [], options, own = [] }: ForeignSettings = {},
): Promise<ForeignGateway> {
  const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
  const auth = { keys: Object.entries(keys).map(([id, key]) => ({ id, hash: hashOf(key), scopes: id === 'cat' ? scopes : ['*'] })) };
  const started = await startListening({ audit: 'off', auth, ...options }, { mcpServers, profiles: parseProfiles(profiles) }, own);
  const config = join(started.folder, 'sandlot.json');
  const configure = (servers: Record<string, unknown>, chosen: Record<string, unknown> = profiles) =>
    writeFile(config, JSON.stringify({ mcpServers: servers, profiles: chosen }));
  await configure(mcpServers);
  const watching = watchServers(config, started.gateway.registry, started.gateway.views);
  return {
    ...started,
    configure,
    async [Symbol.asyncDispose]() {
      await watching[Symbol.asyncDispose]();
      await started[Symbol.asyncDispose]();
    },
  };
}

/** Sends one request of the 2026-07-28 protocol as it stands. */
export async function send(
  url: string,
  key: string,
  method: string,
  params: Record<string, unknown>,
): Promise<{ status: number; body: Reply }> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    ...(params['_meta'] as object | undefined),
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  });
  return { status: response.status, body: (await response.json()) as Reply };
}

/** A JSON-RPC answer, for looking at. */
export interface Reply {
  readonly result?: {
    readonly resultType?: string;
    readonly content?: unknown;
    readonly isError?: boolean;
    readonly inputRequests?: Record<string, { method: string; params: Record<string, unknown> }>;
    readonly requestState?: string;
    readonly tools?: readonly { name: string; description?: string }[];
    readonly _meta?: Record<string, unknown>;
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}
