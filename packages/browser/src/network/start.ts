/** Starts the filtering proxy as the options want it. */
import { ToolError } from '@sandlot/core';
import { environment } from '@sandlot/core/config';
import type { BrowserOptions } from '../options.ts';
import { NextProxy } from './next-proxy.ts';
import { NetworkPolicy } from './policy.ts';
import { FilteringProxy } from './proxy.ts';

/**
 * Starts it, on `--proxy-port` where that is given.
 *
 * @throws ToolError UNAVAILABLE when its port is taken, or the next proxy is one that it cannot stand before
 */
export async function startProxy({
  blockedPorts,
  allowedHosts,
  blockedHosts,
  proxyServer,
  proxyPort = 0,
  cdpEndpoint,
}: BrowserOptions): Promise<FilteringProxy> {
  if (proxyServer !== undefined && !proxyServer.startsWith('http:')) {
    throw new ToolError('UNAVAILABLE', 'With the network policy, --proxy-server takes a proxy that speaks plain HTTP only.', {
      advice: 'Give http://HOST:PORT, or switch the policy off with --no-network-policy.',
    });
  }
  const ours = [environment()['SANDLOT_PORT'], URL.parse(cdpEndpoint ?? '')?.port].filter(Boolean).map(Number);
  const policy = new NetworkPolicy({ blockedPorts: [...blockedPorts, ...ours], allowedHosts, blockedHosts });
  const next = proxyServer === undefined ? undefined : new NextProxy(proxyServer);
  return FilteringProxy.start(policy, next, proxyPort).catch((cause: unknown) => {
    throw new ToolError('UNAVAILABLE', `The filtering proxy cannot have port ${proxyPort} of this machine (--proxy-port).`, {
      cause,
      advice: 'End what listens there, which may be another browser server, or give another port here and to the browser.',
    });
  });
}
