/** Connections to public addresses only. */
import { lookup as lookupName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './address.ts';

/**
 * A lookup for sockets that hands out addresses only when all of a name's are public. A socket connects to what was checked: a name
 * that changes in between leads nowhere else.
 *
 * @param refuse makes the error for a name and the address that it leads to; it is the `cause` of the socket's error
 */
export function publicLookup(refuse: (host: string, address: string) => Error): LookupFunction {
  return (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const bad = addresses.find(({ address }) => !isPublicAddress(address));
      if (bad) return callback(new Error('refused', { cause: refuse(hostname, bad.address) }), '', 0);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return first ? callback(null, first.address, first.family) : callback(new Error(`no address for ${hostname}`), '', 0);
    });
  };
}

/** The address of a URL whose host is an address that is not public: no lookup comes before such a connection. */
export function privateLiteral({ hostname }: URL): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isPublicAddress(host) ? host : undefined;
}
