/** Decides which hosts a page may reach. Addresses are judged, not names: a name is only as good as what it resolves to. */
import { BlockList, isIP } from 'node:net';

/** Settings of a {@link NetworkPolicy}. */
export interface PolicySettings {
  /** Ports of this machine that pages may not reach: those of the sandbox's own services. */
  readonly blockedPorts: readonly number[];
  /** Hosts (`intra.example`, `*.corp.example`) and networks (`10.0.0.0/8`) that may be reached although they are private. */
  readonly allowedHosts: readonly string[];
  /** Hosts and networks that may not be reached. */
  readonly blockedHosts: readonly string[];
}

/** Ranges that no web page has business with; the words are for the person or model that reads the refusal. */
const special: readonly (readonly [range: string, what: string])[] = [
  ['169.254.0.0/16', 'a link-local address (cloud metadata lives there)'],
  ['fe80::/10', 'a link-local address'],
  ['168.63.129.16/32', "a cloud provider's metadata address"],
  ['192.0.0.0/24', "a cloud provider's metadata address"],
  ['10.0.0.0/8', 'a private address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.168.0.0/16', 'a private address'],
  ['100.64.0.0/10', 'a private address'],
  ['fc00::/7', 'a private address'],
  ['0.0.0.0/8', 'an unspecified address'],
  ['::/128', 'an unspecified address'],
  ['192.0.2.0/24', 'a reserved address'],
  ['198.18.0.0/15', 'a reserved address'],
  ['198.51.100.0/24', 'a reserved address'],
  ['203.0.113.0/24', 'a reserved address'],
  ['224.0.0.0/3', 'a multicast or reserved address'],
  ['ff00::/8', 'a multicast address'],
];
const loopback = toList(['127.0.0.0/8', '::1/128']);

/** Why something may not be reached. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export class NetworkPolicy {
  readonly #ports: ReadonlySet<number>;
  readonly #special = special.map(([range, what]) => ({ list: toList([range]), what }));
  readonly #allowed: HostRules;
  readonly #blocked: HostRules;

  constructor({ blockedPorts, allowedHosts, blockedHosts }: PolicySettings) {
    this.#ports = new Set(blockedPorts);
    this.#allowed = new HostRules(allowedHosts);
    this.#blocked = new HostRules(blockedHosts);
  }

  /** Judges a host as it was written. @throws Refusal */
  checkName(host: string): void {
    if (this.#blocked.matchesName(host)) throw new Refusal(`"${host}" is on the list of blocked hosts`);
  }

  /**
   * Judges an address that a host stands for.
   *
   * @param host the host as it was written, a name or an address
   * @throws Refusal
   */
  checkAddress(host: string, address: string, port: number): void {
    const plain = unwrap(address);
    const shown = plain === host ? `"${host}"` : `"${host}" (${plain})`;
    if (this.#blocked.matchesAddress(plain)) throw new Refusal(`${shown} is in a blocked network`);
    if (isIn(loopback, plain)) {
      if (this.#ports.has(port)) throw new Refusal(`port ${port} of this machine belongs to the sandbox itself`);
      // A name of somebody else's that leads here is an attack on what listens here (DNS rebinding).
      if (!isIP(host) && host !== 'localhost' && !host.endsWith('.localhost') && !this.#allowed.matchesName(host)) {
        throw new Refusal(`${shown} leads to this machine; use "localhost" for what you serve yourself`);
      }
      return;
    }
    if (this.#allowed.matchesName(host) || this.#allowed.matchesAddress(plain)) return;
    const found = this.#special.find(({ list }) => isIn(list, plain));
    if (found) throw new Refusal(`${shown} is ${found.what}`);
  }
}

class HostRules {
  readonly #networks: BlockList;
  readonly #names: readonly string[];

  constructor(rules: readonly string[]) {
    const isNetwork = (rule: string) => isIP(rule.split('/')[0] ?? '') !== 0;
    this.#networks = toList(rules.filter(isNetwork));
    this.#names = rules.filter((rule) => !isNetwork(rule)).map((rule) => rule.toLowerCase());
  }

  matchesName(host: string): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    return this.#names.some((rule) => (rule.startsWith('*.') ? name.endsWith(rule.slice(1)) || name === rule.slice(2) : name === rule));
  }

  matchesAddress(address: string): boolean {
    return isIn(this.#networks, address);
  }
}

function toList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The IPv4 address inside an IPv6 one (mapped, NAT64, 6to4), which is where a connection would end. */
function unwrap(address: string): string {
  if (isIP(address) !== 6) return address;
  const bytes = toBytes(address);
  const from = (at: number) => bytes.slice(at, at + 4).join('.');
  const starts = (...prefix: number[]) => prefix.every((byte, index) => bytes[index] === byte);
  if (starts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff) || starts(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0)) return from(12);
  if (starts(0x20, 0x02)) return from(2);
  return address;
}

function toBytes(address: string): number[] {
  const host = URL.parse(`http://[${address.split('%')[0]}]`)?.hostname.slice(1, -1) ?? '';
  const [head = '', tail] = host.split('::');
  const groups = (part: string) => part.split(':').filter(Boolean);
  const [first, last] = [groups(head), groups(tail ?? '')];
  const all = tail === undefined ? first : [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}
