/** A gateway in front of the file server, with a key for everything and one for reading. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOptions } from '@sandlot/core/config';
import { temporaryFolder } from '@sandlot/core/testing';
import { file } from '@sandlot/file';
import { flattenAuth } from '../src/config/auth.ts';
import { gatewayOptions } from '../src/config/options.ts';
import { createGateway, type Gateway, listenGateway } from '../src/gateway.ts';

export const key = 'test-key-0123456789';
export const readerKey = 'reader-key-0123456789';
export const strangerKey = 'stranger-key-0123456789';

/** A running gateway. */
export interface FileGateway extends AsyncDisposable {
  readonly url: string;
  readonly gateway: Gateway;
  readonly workspace: string;
  /** Folder of the audit trail. */
  readonly audit: string;
  /** Sends a request with a key. */
  request(path: string, init?: Omit<RequestInit, 'headers'> & { as?: string; headers?: Record<string, string> }): Promise<Response>;
}

/** What {@link fileGateway} takes. */
export interface FileGatewayOptions {
  /** Default: a new folder. */
  readonly workspace?: string;
  /** Options of the file server. */
  readonly options?: Record<string, unknown>;
  /** Options of the gateway. */
  readonly values?: Record<string, unknown>;
}

const bin = fileURLToPath(new URL('../../../packages/file/src/bin.ts', import.meta.url));
const entry = (id: string, secret: string, scopes: string[]) => ({
  id,
  hash: `sha256:${createHash('sha256').update(secret).digest('hex')}`,
  scopes,
});

/** Starts it on a free port. */
export async function fileGateway({ workspace, options = {}, values: more = {} }: FileGatewayOptions = {}): Promise<FileGateway> {
  const folder = await temporaryFolder();
  const place = workspace ?? join(folder.path, 'workspace');
  const { values } = loadOptions(gatewayOptions, {
    env: {},
    file: flattenAuth({
      port: 0,
      apiKey: key,
      auth: { keys: [entry('reader', readerKey, ['file:read']), entry('stranger', strangerKey, ['shell:*'])] },
      workspace: place,
      stateDir: join(folder.path, 'state'),
      logLevel: 'error',
      ...more,
    }),
  });
  const gateway = await createGateway(values, { servers: { file: { caps: ['all'], ...options } } }, [{ server: file, bin }]);
  const { http, close } = await listenGateway(gateway, values);
  return {
    url: http.url,
    gateway,
    workspace: place,
    audit: join(folder.path, 'state/audit'),
    request: (path, { as = key, ...init } = {}) =>
      fetch(`${http.url}${path}`, { ...init, headers: { authorization: `Bearer ${as}`, ...init.headers } }),
    async [Symbol.asyncDispose]() {
      await close();
      await gateway[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
