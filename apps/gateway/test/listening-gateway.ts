/** A gateway in a temporary folder, listening on a free port: what the test gateways have in common. */
import { join } from 'node:path';
import { loadOptions } from '@sandlot/core/config';
import { temporaryFolder } from '@sandlot/core/testing';
import { flattenAuth } from '../src/config/auth.ts';
import { gatewayOptions } from '../src/config/options.ts';
import {
  createGateway,
  type Gateway,
  type GatewaySettings,
  type GatewayValues,
  listenGateway,
  type ListeningGateway as Listening,
} from '../src/gateway.ts';
import type { InstalledServer } from '../src/servers.ts';

/** A running gateway. */
export interface StartedGateway extends AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  readonly gateway: Gateway;
  readonly listening: Listening;
  /** The options with other values. */
  options(file: Record<string, unknown>): GatewayValues;
}

/** Starts one. @param file options as in `sandlot.json` */
export async function startListening(
  file: Record<string, unknown>,
  settings: GatewaySettings,
  servers: readonly InstalledServer[],
): Promise<StartedGateway> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await temporaryFolder());
  const places = { workspace: join(folder, 'workspace'), stateDir: join(folder, 'state') };
  const options = (more: Record<string, unknown>) =>
    loadOptions(gatewayOptions, { env: {}, file: flattenAuth({ port: 0, logLevel: 'error', ...places, ...file, ...more }) }).values;
  const values = options({});
  const gateway = stack.use(await createGateway(values, settings, servers));
  const listening = await listenGateway(gateway, values);
  stack.defer(() => listening.close());
  const running = stack.move();
  return { url: listening.http.url, folder, gateway, listening, options, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
