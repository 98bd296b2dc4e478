/** A gateway in front of the sample server of core, listening on a free port. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOptions } from '@sandlot/core/config';
import { temporaryFolder } from '@sandlot/core/testing';
import { gatewayOptions } from '../src/config/options.ts';
import { createGateway, type Gateway, listenGateway } from '../src/gateway.ts';
import { sample } from '../../../packages/core/test/sample-server.ts';

/** The key of every test gateway. */
export const key = 'test-key-0123456789';

/** A running test gateway. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly gateway: Gateway;
  /** Sends a request with the key; `init` overrides. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts one. `file` holds options as in `sandlot.json`. */
export async function sampleGateway(file: Record<string, unknown> = {}): Promise<TestGateway> {
  const folder = await temporaryFolder();
  const { values } = loadOptions(gatewayOptions, {
    env: {},
    file: {
      port: 0,
      apiKey: key,
      workspace: join(folder.path, 'workspace'),
      stateDir: join(folder.path, 'state'),
      logLevel: 'error',
      ...file,
    },
  });
  const bin = fileURLToPath(new URL('../../../packages/core/test/sample-bin.ts', import.meta.url));
  const gateway = await createGateway(values, { servers: { sample: { caps: ['broken'] } } }, [{ server: sample, bin }]);
  const { http, close } = await listenGateway(gateway, values);
  return {
    url: http.url,
    gateway,
    request: (path, init) =>
      fetch(`${http.url}${path}`, { headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, ...init }),
    async [Symbol.asyncDispose]() {
      await close();
      await gateway[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The process id of the sample server, while it runs. */
export function pidOf({ gateway }: TestGateway): number | undefined {
  return gateway.registry.get('sample')?.health().pid;
}
