/** Asks a gateway as a browser or a program does. */
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { ticketOf } from './answers.ts';
import type { RealGateway } from './real-gateway.ts';

/** An answer with its headers as they came. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** Sends a request with any headers, also a `Host`. */
export async function ask(
  gateway: Pick<RealGateway, 'url'>,
  path: string,
  headers: Record<string, string> = {},
  init: { method?: string; body?: string } = {},
): Promise<Answer> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({
      host: '127.0.0.1',
      port,
      path,
      method: init.method ?? 'GET',
      headers: { host: `127.0.0.1:${port}`, ...headers },
    });
    sent.once('error', reject).once('response', (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }), reject);
    });
    sent.end(init.body);
  });
}

/** Gets a ticket for a path. */
export async function ticketFor(gateway: RealGateway, path: string, as?: string, more: object = {}): Promise<string> {
  return ticketOf(await gateway.request('/tickets', { method: 'POST', ...(as && { as }), body: JSON.stringify({ path, ...more }) }));
}

/** Comes as a browser does with a ticket; gives where it is led, and its cookie. */
export async function arrive(
  gateway: RealGateway,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer & { to: string; cookie: string }> {
  const answer = await ask(gateway, path, { accept: 'text/html', 'sec-fetch-mode': 'navigate', ...headers });
  const to = (/content="0;url=([^"]*)"/.exec(answer.body)?.[1] ?? '').replaceAll(/&#(\d+);/g, (_, code: string) =>
    String.fromCharCode(Number(code)),
  );
  return { ...answer, to, cookie: String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? '' };
}

const sawSchema = z.looseObject({ url: z.string(), headers: z.record(z.string(), z.unknown()) });

/** What the other side saw. */
export function sawOf(body: string): z.output<typeof sawSchema> & { size?: unknown; args?: unknown; method?: unknown } {
  return sawSchema.parse(JSON.parse(body));
}

/** Opens a WebSocket; gives its status when it is refused, else what the other side saw, and what comes back for a message. */
export function talk(
  gateway: Pick<RealGateway, 'url'>,
  path: string,
  headers: Record<string, string> = {},
  message = 'hello',
): Promise<{ status: number; saw?: ReturnType<typeof sawOf>; echo?: string }> {
  const { port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    let saw: ReturnType<typeof sawOf> | undefined;
    socket.once('unexpected-response', (_, response) => {
      response.resume();
      socket.terminate();
      resolve({ status: response.statusCode ?? 0 });
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send(message));
    socket.on('message', (data: Buffer) => {
      if (!saw) return void (saw = sawOf(data.toString()));
      socket.close();
      resolve({ status: 101, saw, echo: data.toString() });
    });
  });
}
