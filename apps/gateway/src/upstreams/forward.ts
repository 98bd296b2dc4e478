/** Sends an HTTP request on to one of our servers, over its private socket. Bodies stream both ways. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { principalHeader, ToolError } from '@sandlot/core';
import { contextToMeta } from '@sandlot/core/telemetry';
import type { Held } from './own-process.ts';
import type { OwnServer } from './own-server.ts';

/** Headers that go to a server; no credential is among them. */
const passed = ['content-length', 'content-range', 'content-type', 'if-match', 'if-none-match', 'if-range', 'range'];
/** Where the caller reached us; what a server says about itself has to lead there. */
export interface ReachedAt {
  /** `http` or `https`. */
  readonly proto: string;
  /** `host[:port]`. */
  readonly host: string;
  /** Path in front of ours, without a slash at its end. */
  readonly prefix: string;
}

/** What is sent where, and for whom. */
interface Where {
  readonly principal: string;
  /** Path of the server. */
  readonly path: string;
  readonly at: ReachedAt;
}

/** There was no connection. */
class NotSent extends ToolError {}

/** A process that takes no connection any more is known to have ended within this time. */
const noticedMs = 2000;

/** Headers that belong to one connection. */
const ownHeaders = ['connection', 'keep-alive', 'transfer-encoding'];

/**
 * Sends it, and gives the answer as it came. The server is started when it does not run, and not stopped before the answer is out.
 *
 * @throws ToolError UNAVAILABLE when the server cannot be reached, or breaks off before it answers
 */
export async function forward(server: OwnServer, request: Request, where: Where): Promise<Response> {
  const first = await server.hold();
  try {
    return await send(server.name, request, where, first);
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
  }
  // It has just ended, which is not known here yet. Nothing has been sent: the next one gets it.
  await Promise.race([first.ended, sleep(noticedMs, undefined, { ref: false })]);
  return send(server.name, request, where, await server.hold());
}

function send(name: string, request: Request, { principal, path, at }: Where, { socket, release }: Held): Promise<Response> {
  const headers = {
    ...Object.fromEntries(passed.flatMap((name) => (request.headers.has(name) ? [[name, request.headers.get(name) ?? '']] : []))),
    ...contextToMeta(),
    [principalHeader]: encodeURIComponent(principal),
    'x-forwarded-host': at.host,
    'x-forwarded-proto': at.proto,
    'x-forwarded-prefix': at.prefix,
    // A server that refuses a body closes at once after "close", and its answer is lost; like this it reads on for a while.
    connection: 'keep-alive',
  };
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  let isConnected = false;
  const sent = httpRequest({ socketPath: socket, path, method: request.method, headers, agent: false, signal: request.signal });
  sent.once('close', release);
  sent.on('error', (cause) => {
    const Failure = isConnected || request.signal.aborted ? ToolError : NotSent;
    reject(new Failure('UNAVAILABLE', `The ${name} server broke off.`, { cause }));
  });
  sent.once('response', (response) => resolve(toResponse(response, request.method)));
  sent.once('socket', (connection) =>
    connection.once('connect', () => {
      isConnected = true;
      // The server may answer before all of it has come.
      if (request.body) pipeline(Readable.fromWeb(request.body), sent).catch(() => undefined);
      else sent.end();
    }),
  );
  return promise;
}

function toResponse(response: IncomingMessage, method: string): Response {
  const { statusCode: status = 502, headersDistinct } = response;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (!ownHeaders.includes(name)) for (const value of values) headers.append(name, value);
  }
  if (method !== 'HEAD' && status !== 204 && status !== 304) return new Response(bodyOf(response), { status, headers });
  response.resume();
  return new Response(null, { status, headers });
}

/** Bytes as they come; an error when the server broke off. */
function bodyOf(response: IncomingMessage): ReadableStream<Uint8Array> {
  const reader = response[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value }: IteratorResult<unknown> = await reader.next();
      if (done) controller.close();
      else if (value instanceof Uint8Array) controller.enqueue(value);
    },
    cancel: () => void response.destroy(),
  });
}
