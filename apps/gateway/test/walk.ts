/** Tries every route that an app has registered, with every method and as a WebSocket: made from its own table, so that none can be forgotten. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Hono } from 'hono';
import type { GatewayEnv } from '../src/middleware/auth.ts';

/** How one request was answered. */
export interface Step {
  /** The route as it is registered. */
  readonly route: string;
  /** `GET`, …, or `WebSocket`. */
  readonly method: string;
  readonly status: number;
  readonly challenge: string;
  readonly body: string;
}

const withBody = new Set(['POST', 'PUT', 'PATCH']);

/** Values for the parameters of routes, by name. Default `sample`. */
export type Parameters = Readonly<Record<string, string>>;

/** Walks over all routes. @param secret the credential that is sent; undefined sends none */
export async function walk(app: Hono<GatewayEnv>, url: string, secret: string | undefined, parameters: Parameters = {}): Promise<Step[]> {
  const steps: Step[] = [];
  const routes = new Map<string, Set<string>>();
  // Middleware stands at every path.
  for (const { method, path } of app.routes.filter((route) => route.path !== '/*' && route.path !== '*')) {
    const methods =
      method === 'ALL' ? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] : [method, 'HEAD', 'OPTIONS'];
    routes.set(path, new Set([...(routes.get(path) ?? []), ...methods]));
  }
  const credential: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  for (const [route, methods] of routes) {
    const path = route.replaceAll(/:(\w+)/g, (_, name: string) => parameters[name] ?? 'sample').replaceAll('*', 'x');
    for (const method of methods) {
      const body = withBody.has(method) ? { body: '{}' } : {};
      const headers = { ...credential, ...('body' in body && { 'content-type': 'application/json' }) };
      const response = await fetch(`${url}${path}`, { method, headers, ...body, signal: AbortSignal.timeout(60_000) });
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
      const answer = isStream ? '' : await response.text();
      if (isStream) await response.body?.cancel();
      steps.push({ route, method, status: response.status, challenge: response.headers.get('www-authenticate') ?? '', body: answer });
    }
    steps.push(await upgrade(route, url, path, credential));
  }
  return steps;
}

/** Asks for a WebSocket, and reads what comes instead; an opened one counts as 101. */
async function upgrade(route: string, url: string, path: string, headers: Record<string, string>): Promise<Step> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close, Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first.toString())?.[1]);
  if (status === 101 || first.includes('text/event-stream')) {
    socket.destroy();
    return { route, method: 'WebSocket', status, challenge: '', body: '' };
  }
  const answer = first.toString() + (await text(socket));
  return { route, method: 'WebSocket', status, challenge: /^www-authenticate: (.*)$/im.exec(answer)?.[1] ?? '', body: answer };
}
