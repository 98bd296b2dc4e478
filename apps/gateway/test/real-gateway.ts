/** A gateway in front of our real servers, with callers of different rights. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { loadOptions } from '@sandlot/core/config';
import { temporaryFolder } from '@sandlot/core/testing';
import { flattenAuth } from '../src/config/auth.ts';
import { gatewayOptions, type ServerSettings } from '../src/config/options.ts';
import { createGateway, type Gateway, type GatewayValues, listenGateway, type ListeningGateway } from '../src/gateway.ts';
import { ownServers } from '../src/servers.ts';
import { key } from './sample-gateway.ts';

/** A running gateway. */
export interface RealGateway extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly gateway: Gateway;
  readonly listening: ListeningGateway;
  /** The options with other values. */
  options(file: Record<string, unknown>): GatewayValues;
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
  const folder = await temporaryFolder();
  const options = (more: Record<string, unknown>) =>
    loadOptions(gatewayOptions, {
      env: {},
      file: flattenAuth({
        port: 0,
        apiKey: key,
        workspace: join(folder.path, 'workspace'),
        stateDir: join(folder.path, 'state'),
        logLevel: 'error',
        ...file,
        ...more,
      }),
    }).values;
  const values = options({});
  const gateway = await createGateway(
    values,
    { servers },
    ownServers.filter(({ server }) => names.includes(server.name)),
  );
  const listening = await listenGateway(gateway, values);
  const { url } = listening.http;
  const request: RealGateway['request'] = (path, init = {}) => {
    const as = 'as' in init ? init.as : key;
    const headers = new Headers(init.headers);
    if (as !== undefined) headers.set('authorization', `Bearer ${as}`);
    if (init.body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
    return fetch(`${url}${path}`, { ...init, headers });
  };
  return {
    url,
    folder: folder.path,
    gateway,
    listening,
    options,
    request,
    async call(as, tool, args) {
      const path = `/v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`;
      const response = await request(path, { method: 'POST', as, body: JSON.stringify(args) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async [Symbol.asyncDispose]() {
      await listening.close();
      await gateway[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
