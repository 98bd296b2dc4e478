/** Which hosts may be fetched: public ones, those that are allowed although they are private, and none that is blocked. */
import { lookup as lookupName } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from '@sandlot/core/network';

/** A list of hosts and networks: `intra.example`, `*.example`, `10.0.0.0/8`. */
export class HostList {
  readonly #names: readonly string[];
  readonly #networks = new BlockList();

  constructor(rules: readonly string[]) {
    this.#names = rules.filter((rule) => isIP(rule.split('/')[0] ?? '') === 0).map((rule) => rule.toLowerCase());
    for (const rule of rules) {
      const [address = '', prefix] = rule.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (isIP(address) !== 0) this.#networks.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }

  /** True for a host that is listed by its name or address. */
  has(host: string): boolean {
    const name = host.replace(/^\[|\]$/g, '').toLowerCase();
    const family = isIP(name);
    if (family !== 0) return this.#networks.check(name, family === 6 ? 'ipv6' : 'ipv4');
    return this.#names.some((rule) => (rule.startsWith('*.') ? name.endsWith(rule.slice(1)) : name === rule));
  }
}

/** What may be fetched. */
export interface HostRules {
  /** Whether every address may be fetched that is not blocked. */
  readonly allowPrivateAddresses: boolean;
  readonly allowedHosts: HostList;
  readonly blockedHosts: HostList;
}

/** Why a host may not be fetched: the address that it leads to; undefined when it may, as far as its name tells. */
export function refusedHost(hostname: string, rules: HostRules): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (rules.blockedHosts.has(host)) return host;
  return isIP(host) !== 0 && !mayReach(host, host, rules) ? host : undefined;
}

/** A lookup that hands out addresses only when all of a name's may be reached; the connection goes to what was checked. */
export function checkedLookup(rules: HostRules, refuse: (host: string, address: string) => Error): LookupFunction {
  return (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const bad = addresses.find(({ address }) => !mayReach(hostname, address, rules));
      if (bad) return callback(new Error('refused', { cause: refuse(hostname, bad.address) }), '', 0);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return first ? callback(null, first.address, first.family) : callback(new Error(`no address for ${hostname}`), '', 0);
    });
  };
}

function mayReach(host: string, address: string, { allowPrivateAddresses, allowedHosts, blockedHosts }: HostRules): boolean {
  if (blockedHosts.has(address)) return false;
  return allowPrivateAddresses || isPublicAddress(address) || allowedHosts.has(host) || allowedHosts.has(address);
}
