/**
 * The only way from Chromium to a network: a proxy in this process that judges each connection by the address it would
 * really go to. It holds for navigation, redirects, frames, scripts, workers, popups and downloads alike.
 */
import { lookup as resolve } from 'node:dns';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { meter } from '@sandlot/core/telemetry';
import { endToEnd } from './headers.ts';
import { knownAddresses, type NextProxy } from './next-proxy.ts';
import { type Obstruction, obstructionHeader } from './obstruction.ts';
import { type NetworkPolicy, Refusal } from './policy.ts';

const obstructionsKept = 200;

export class FilteringProxy implements AsyncDisposable {
  readonly #policy: NetworkPolicy;
  readonly #next: NextProxy | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #obstructions = new Map<string, Obstruction>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #words = new Map<string, boolean>();
  #port = 0;

  private constructor(policy: NetworkPolicy, next: NextProxy | undefined) {
    this.#policy = policy;
    this.#next = next;
    this.#server = createServer((request, response) => this.#forward(request, response));
    this.#server.on('connect', (request, socket, head) => this.#tunnel(request, socket, head));
    this.#server.on('connection', (socket) => this.#follow(socket));
    this.#server.on('clientError', (_, socket) => socket.destroy());
    this.#server.requestTimeout = 0;
  }

  /**
   * Starts a proxy on the loopback interface.
   *
   * @param next proxy through which it goes to other machines
   * @param port default: a free one
   */
  static async start(policy: NetworkPolicy, next?: NextProxy, port = 0): Promise<FilteringProxy> {
    const proxy = new FilteringProxy(policy, next);
    await new Promise<void>((ready, failed) => {
      proxy.#server.once('error', failed);
      proxy.#server.listen(port, '127.0.0.1', ready);
    });
    const address = proxy.#server.address();
    if (typeof address === 'object' && address) proxy.#port = address.port;
    proxy.#server.unref();
    return proxy;
  }

  /** Address for Chromium. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Why the last connection to this host that failed did so. */
  obstruction(host: string): Obstruction | undefined {
    return this.#obstructions.get(host);
  }

  /** Listens for requests that carry a word nobody else knows, in host or path, until it is disposed. They go nowhere. */
  watch(word: string): { readonly text: string; seen(): boolean } & Disposable {
    this.#words.set(word, false);
    return { text: word, seen: () => this.#words.get(word) === true, [Symbol.dispose]: () => void this.#words.delete(word) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.parse(request.url ?? '');
    if (url?.protocol !== 'http:') return void response.writeHead(400).end('This proxy takes absolute http addresses only.\n');
    if (this.#isWatched(url.href)) return void response.writeHead(204).end();
    const { hostname, port } = target(url.hostname, url.port || '80');
    const fail = (error: Error) => {
      if (response.headersSent) return void response.destroy();
      explain(response, this.#remember(hostname, port, error));
    };
    try {
      this.#checkLiteral(hostname, port);
    } catch (error) {
      return fail(error instanceof Error ? error : new Error(String(error)));
    }
    const next = isLocal(hostname) ? undefined : this.#next;
    if (!next) return this.#send(request, response, url, { host: hostname, port, lookup: this.#lookup(port) }, fail);
    const through = { host: next.host, port: next.port, path: url.href, extra: next.headers };
    void this.#checkKnown(hostname, port).then(() => this.#send(request, response, url, through, fail), fail);
  }

  #send(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    { extra = {}, ...way }: RequestOptions & { extra?: Readonly<Record<string, string>> },
    fail: (error: Error) => void,
  ): void {
    const outgoing = httpRequest(
      {
        path: `${url.pathname}${url.search}`,
        ...way,
        method: request.method,
        headers: [...endToEnd(request), ...Object.entries(extra).flat()],
        agent: this.#agent,
        setHost: false,
      },
      (answer) => {
        meter.add('sandlot.egress', 1, { decision: 'passed' });
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEnd(answer));
        answer.on('data', (chunk: Buffer) => meter.add('sandlot.egress.io', chunk.length, { direction: 'in' }));
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      },
    );
    outgoing.on('error', fail);
    response.on('close', () => outgoing.destroy());
    request.on('data', (chunk: Buffer) => meter.add('sandlot.egress.io', chunk.length, { direction: 'out' }));
    request.pipe(outgoing);
  }

  #tunnel(request: IncomingMessage, client: Duplex, head: Buffer): void {
    this.#follow(client);
    const [, host = '', digits = ''] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    if (this.#isWatched(host)) return void client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    const { hostname, port } = target(host, digits);
    const fail = (error: Error) => {
      const { refused } = this.#remember(hostname, port, error);
      if (client.writable) client.end(`HTTP/1.1 ${refused ? '403 Forbidden' : '502 Bad Gateway'}\r\ncontent-length: 0\r\n\r\n`);
    };
    client.on('error', () => client.destroy());
    try {
      this.#checkLiteral(hostname, port);
    } catch (error) {
      return fail(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.#next && !isLocal(hostname)) {
      const next = this.#next;
      void this.#checkKnown(hostname, port)
        .then(async () => next.connect(hostname, port))
        .then((upstream) => this.#couple(client, upstream, head), fail);
      return;
    }
    const upstream = connect({ host: hostname, port, lookup: this.#lookup(port), autoSelectFamily: true });
    upstream.once('error', fail);
    upstream.once('connect', () => {
      upstream.off('error', fail);
      this.#couple(client, upstream, head);
    });
    client.on('close', () => upstream.destroy());
  }

  #couple(client: Duplex, upstream: Socket, head: Buffer): void {
    this.#follow(upstream);
    meter.add('sandlot.egress', 1, { decision: 'passed' });
    upstream.on('error', () => client.destroy());
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
    upstream.once('close', () => {
      meter.add('sandlot.egress.io', upstream.bytesWritten, { direction: 'out' });
      meter.add('sandlot.egress.io', upstream.bytesRead, { direction: 'in' });
    });
    client.on('close', () => upstream.destroy());
    // What has come from it may still be on its way to the client.
    upstream.on('close', (failed: boolean) => (failed ? client.destroy() : client.end()));
  }

  /** What this machine knows of a name is judged here; the other proxy resolves it again. @throws Refusal */
  async #checkKnown(host: string, port: number): Promise<void> {
    for (const address of await knownAddresses(host)) this.#check(host, address, port);
  }

  /** Node resolves no names that are addresses already, so these are judged here. */
  #checkLiteral(host: string, port: number): void {
    this.#policy.checkName(host);
    if (isIP(host)) this.#check(host, host, port);
  }

  #check(host: string, address: string, port: number): void {
    if (port === this.#port && /^(?:127\.|::1$)/.test(address))
      throw new Refusal(`port ${port} of this machine belongs to the sandbox itself`);
    this.#policy.checkAddress(host, address, port);
  }

  /** Resolves a name and judges what it stands for in the same breath, so that no second answer can differ. */
  #lookup(port: number): LookupFunction {
    return (host, options, done) => {
      const local = host === 'localhost' || host.endsWith('.localhost');
      resolve(local ? 'localhost' : host, { ...options, all: true }, (error, found) => {
        if (error) return done(error, []);
        let refusal: Error | undefined;
        const good = found.filter(({ address }) => {
          try {
            this.#check(host, address, port);
            return true;
          } catch (caught) {
            refusal = caught instanceof Error ? caught : new Error(String(caught));
            return false;
          }
        });
        const [first] = good;
        if (!first) return done(refusal ?? new Error(`No address for ${host}`), []);
        if (options.all) done(null, good);
        else done(null, first.address, first.family);
      });
    };
  }

  #isWatched(address: string): boolean {
    for (const word of this.#words.keys()) {
      if (!address.includes(word)) continue;
      this.#words.set(word, true);
      return true;
    }
    return false;
  }

  #follow(socket: Duplex | Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #remember(host: string, port: number, error: Error): Obstruction {
    const refused = error instanceof Refusal;
    meter.add('sandlot.egress', 1, { decision: refused ? 'refused' : 'unreachable' });
    const reason = refused
      ? error.message
      : `${host}:${port} ${reasons['code' in error ? String(error.code) : ''] ?? `could not be reached (${error.message})`}`;
    this.#obstructions.delete(host);
    this.#obstructions.set(host, { refused, reason });
    const oldest = this.#obstructions.size > obstructionsKept ? this.#obstructions.keys().next().value : undefined;
    if (oldest !== undefined) this.#obstructions.delete(oldest);
    return { refused, reason };
  }
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host.startsWith('127.');
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: nothing listens there',
  ENOTFOUND: 'is not a known host name',
  EAI_AGAIN: 'could not be resolved: the name service does not answer',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ECONNRESET: 'closed the connection without an answer',
};

function target(host: string, port: string): { hostname: string; port: number } {
  return {
    hostname: host
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/\.$/, '')
      .toLowerCase(),
    port: Number(port),
  };
}

function explain(response: ServerResponse, { refused, reason }: Obstruction): void {
  response.writeHead(refused ? 403 : 502, {
    'content-type': 'text/plain; charset=utf-8',
    [obstructionHeader]: refused ? 'refused' : 'unreachable',
  });
  response.end(refused ? `Refused by the network policy of the sandbox: ${reason}.\n` : `${reason}.\n`);
}
