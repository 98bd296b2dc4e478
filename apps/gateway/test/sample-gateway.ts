/** A gateway in front of the sample server of core, listening on a free port. */
import { fileURLToPath } from 'node:url';
import { sample } from '../../../packages/core/test/sample-server.ts';
import { startListening, type StartedGateway } from './listening-gateway.ts';

/** The key of every test gateway. */
export const key = 'test-key-0123456789';

/** A running test gateway. */
export interface TestGateway extends StartedGateway {
  /** Sends a request with the key; `init` overrides. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts one. `file` holds options as in `sandlot.json`. */
export async function sampleGateway(file: Record<string, unknown> = {}): Promise<TestGateway> {
  const bin = fileURLToPath(new URL('../../../packages/core/test/sample-bin.ts', import.meta.url));
  const started = await startListening({ apiKey: key, ...file }, { servers: { sample: { caps: ['broken'] } } }, [{ server: sample, bin }]);
  return {
    ...started,
    request: (path, init) =>
      fetch(`${started.url}${path}`, { headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, ...init }),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

/** The process id of the sample server, while it runs. */
export function pidOf({ gateway }: TestGateway): number | undefined {
  return gateway.registry.get('sample')?.health().pid;
}
