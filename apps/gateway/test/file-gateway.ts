/** A gateway in front of the file server, with a key for everything and one for reading. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { file } from '@sandlot/file';
import { startListening, type StartedGateway } from './listening-gateway.ts';

export const key = 'test-key-0123456789';
export const readerKey = 'reader-key-0123456789';
export const strangerKey = 'stranger-key-0123456789';

/** A running gateway. */
export interface FileGateway extends StartedGateway {
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
  const auth = { keys: [entry('reader', readerKey, ['file:read']), entry('stranger', strangerKey, ['shell:*'])] };
  const started = await startListening(
    { apiKey: key, auth, ...(workspace !== undefined && { workspace }), ...more },
    { servers: { file: { caps: ['all'], ...options } } },
    [{ server: file, bin }],
  );
  return {
    ...started,
    workspace: started.gateway.workspace,
    audit: join(started.folder, 'state/audit'),
    request: (path, { as = key, ...init } = {}) =>
      fetch(`${started.url}${path}`, { ...init, headers: { authorization: `Bearer ${as}`, ...init.headers } }),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
