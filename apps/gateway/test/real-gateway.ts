/** A gateway in front of our real servers, with callers of different rights. */
import { createHash } from 'node:crypto';
import type { ServerSettings } from '../src/config/options.ts';
import { ownServers } from '../src/servers.ts';
import { startListening, type StartedGateway } from './listening-gateway.ts';
import { key } from './sample-gateway.ts';

/** A running gateway. */
export interface RealGateway extends StartedGateway {
  /** Sends a request with a key, which is the one that may do everything unless given; undefined sends none. */
  request(path: string, init?: RequestInit & { as?: string | undefined }): Promise<Response>;
  /** Calls a tool over REST and gives status and body. */
  call(as: string, tool: string, args: object): Promise<{ status: number; body: Record<string, unknown> }>;
}

/** An entry of `auth.keys` for a secret. */
export function keyEntry(id: string, secret: string, scopes: readonly string[], more: object = {}) {
  return { id, hash: createHash('sha256').update(secret).digest('hex'), scopes, ...more };
}

/** Starts one. @param names servers that it has */
export async function realGateway(
  names: readonly string[],
  file: Record<string, unknown> = {},
  servers: ServerSettings = {},
): Promise<RealGateway> {
  const started = await startListening(
    { apiKey: key, ...file },
    { servers },
    ownServers.filter(({ server }) => names.includes(server.name)),
  );
  const request: RealGateway['request'] = (path, init = {}) => {
    const as = 'as' in init ? init.as : key;
    const headers = new Headers(init.headers);
    if (as !== undefined) headers.set('authorization', `Bearer ${as}`);
    if (init.body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    return fetch(`${started.url}${path}`, { ...init, headers });
  };
  return {
    ...started,
    request,
    async call(as, tool, args) {
      const path = `/v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`;
      const response = await request(path, { method: 'POST', as, body: JSON.stringify(args) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
