/** A gateway with two routes of the tests' own behind its policy: who calls, and a page that takes tickets. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { loadOptions } from '@sandlot/core/config';
import type { App } from '../src/app.ts';
import { flattenAuth } from '../src/config/auth.ts';
import { gatewayOptions } from '../src/config/options.ts';
import { createGatewayApp } from '../src/gateway.ts';
import { listenApp } from '../src/listen.ts';
import { key, sampleGateway } from './sample-gateway.ts';

/** A running gateway. */
export interface AuthGateway extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly app: App['app'];
  /** Whether a key was made, because nothing else lets anybody in. */
  readonly generated: boolean;
  /** Every tool, and the scope that it needs. */
  readonly tools: readonly { server: string; tool: string; scope: string }[];
  /** Whether some server was started. */
  isStarted(): boolean;
  /** Paths of the test routes that were reached, in order. */
  readonly reached: string[];
  /** Sends a request with a credential, which is the test key unless given; undefined sends none. */
  request(path: string, init?: RequestInit & { as?: string | undefined }): Promise<Response>;
  /** Sends bytes as they are, and returns what comes until the connection ends. */
  raw(bytes: string): Promise<string>;
}

/** Checks the options as the start does, and makes the app. `file` is as in `sandlot.json`. */
export async function authGateway(file: Record<string, unknown> = {}): Promise<AuthGateway> {
  const base = await sampleGateway();
  try {
    const { values } = loadOptions(gatewayOptions, {
      env: {},
      file: flattenAuth({
        port: 0,
        workspace: base.gateway.workspace,
        stateDir: base.gateway.workspace,
        apiKey: key,
        logLevel: 'error',
        ...file,
      }),
    });
    const { app, shortWay, close, generated } = await createGatewayApp(base.gateway, values, ['/page/']);
    const reached: string[] = [];
    app.all(
      '/whoami',
      (c) => (reached.push(c.req.path), c.json({ id: c.get('caller').id, scopes: c.get('caller').scopes, body: c.get('body') })),
    );
    app.get('/hold', (c) => {
      reached.push(c.req.path);
      return c.body(new ReadableStream());
    });
    app.get('/page/*', (c) => (reached.push(c.req.path), c.html(`<p>${c.get('caller').id} ${c.get('caller').scopes.join(' ')}</p>`)));
    const http = await listenApp(app, values, shortWay);
    return {
      url: http.url,
      port: http.port,
      app,
      generated,
      tools: base.gateway.registry.list().flatMap((upstream) =>
        (upstream.known()?.tools ?? []).map(({ name }) => ({
          server: upstream.name,
          tool: String(name),
          scope: upstream.scopeOf(String(name)),
        })),
      ),
      isStarted: () => base.gateway.registry.list().some((upstream) => upstream.health().state !== 'stopped'),
      reached,
      request(path, init = {}) {
        const as = 'as' in init ? init.as : key;
        const headers = new Headers(init.headers);
        if (as !== undefined) headers.set('authorization', `Bearer ${as}`);
        if (init.body !== undefined && !headers.has('content-type')) headers.set('content-type', 'application/json');
        return fetch(`${http.url}${path}`, { ...init, headers });
      },
      raw: (bytes) => raw(http.port, bytes),
      async [Symbol.asyncDispose]() {
        await close();
        await http.close();
        await base[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await base[Symbol.asyncDispose]();
    throw error;
  }
}

async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  return text(socket);
}

/** The status of a raw answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
