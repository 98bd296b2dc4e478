/** The operator's own proxy, behind the filtering one. */
import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import type { Socket } from 'node:net';

/** A proxy that speaks HTTP, with the credentials of its URL. */
export class NextProxy {
  readonly host: string;
  readonly port: number;
  /** Headers for each request to it. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param url `http://[user:password@]host:port` */
  constructor(url: string) {
    const { hostname, port, username, password } = new URL(url);
    this.host = hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = Number(port || 80);
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    this.headers = username === '' ? {} : { 'proxy-authorization': `Basic ${credentials}` };
  }

  /** Opens a tunnel. */
  async connect(host: string, port: number): Promise<Socket> {
    const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const asking = request({ host: this.host, port: this.port, method: 'CONNECT', path, headers: { ...this.headers, host: path } });
    asking.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy of --proxy-server answers ${statusCode}`));
    });
    asking.once('response', (response) => {
      response.resume();
      reject(new Error(`the proxy of --proxy-server answers ${response.statusCode}`));
    });
    asking.once('error', reject);
    asking.end();
    return promise;
  }
}

/** Addresses that this machine knows for a name; none for a name that only the proxy may know. */
export async function knownAddresses(host: string): Promise<string[]> {
  return lookup(host, { all: true }).then(
    (found) => found.map(({ address }) => address),
    () => [],
  );
}
