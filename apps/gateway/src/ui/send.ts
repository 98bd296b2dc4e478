/** Sends a request or a WebSocket on to what is behind a UI. */
import { connect } from 'node:net';
import { ToolError } from '@sandlot/core';
import type { Upgrade } from '@sandlot/core/http';
import { proxyFetch, proxyUpgrade } from 'httpxy';
import type { IncomingMessage } from 'node:http';
import { type Onward, requestHeaders, responseHeaders } from './headers.ts';

/** Where it listens: a Unix socket, or a port of this machine. */
export type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** What is sent where. */
export interface Sending extends Onward {
  readonly target: Target;
  /** Path and query for what is behind. */
  readonly path: string;
  /** What it is called in messages. */
  readonly name: string;
}

/** Sends a request. Bodies stream both ways. @throws ToolError UNAVAILABLE when there is no answer */
export async function send(request: Request, sending: Sending): Promise<Response> {
  const init = {
    method: request.method,
    headers: requestHeaders(request.headers, sending),
    signal: request.signal,
    redirect: 'manual' as const,
    ...(request.body && { body: request.body, duplex: 'half' as const }),
  };
  const answer = await proxyFetch(sending.target, `http://${sending.host}${sending.path}`, init, { agent: false }).catch(
    (cause: unknown) => {
      throw lost(sending.name, cause);
    },
  );
  return new Response(request.method === 'HEAD' ? null : answer.body, {
    status: answer.status,
    statusText: answer.statusText,
    headers: responseHeaders(answer.headers, sending),
  });
}

/** Couples a WebSocket's connection with what is behind. @throws ToolError UNAVAILABLE when nothing listens; later the connection is just closed */
export async function sendUpgrade(request: Request, incoming: IncomingMessage, upgrade: Upgrade, sending: Sending): Promise<void> {
  const { target } = sending;
  await reach(target, sending.name);
  const { connection, head } = upgrade.tunnel();
  incoming.url = sending.path;
  incoming.headers = { ...requestHeaders(request.headers, sending), connection: 'Upgrade', upgrade: 'websocket' };
  const behind = await proxyUpgrade(target, incoming, connection, head, { xfwd: false }).catch(() => undefined);
  if (!behind) {
    connection.once('finish', () => connection.destroy());
    return;
  }
  connection.once('close', () => behind.destroy());
  behind.once('close', () => connection.destroy());
}

/** The address of this machine at which a port is open: servers that listen on `localhost` may take either. @throws ToolError UNAVAILABLE */
export async function openAddress(port: number): Promise<string> {
  for (const host of ['127.0.0.1', '::1']) if (await isOpen({ host, port })) return host;
  throw new ToolError('UNAVAILABLE', `Nothing listens on port ${port} of the sandbox.`, {
    advice: `Start a server on 127.0.0.1:${port}, then reload.`,
  });
}

/** True when somebody listens. */
export function isOpen(target: Target): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = 'socketPath' in target ? connect(target.socketPath) : connect(target.port, target.host);
    const end = (open: boolean) => (socket.destroy(), resolve(open));
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .setTimeout(2000, () => end(false));
  });
}

async function reach(target: Target, name: string): Promise<void> {
  if (!(await isOpen(target))) throw lost(name, undefined);
}

function lost(name: string, cause: unknown): ToolError {
  return new ToolError('UNAVAILABLE', `${name} does not answer.`, {
    cause,
    advice: 'Try again; when it is a server of yours, look whether it runs.',
  });
}
