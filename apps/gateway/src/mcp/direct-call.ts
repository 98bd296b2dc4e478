/**
 * The short way for the request that matters most: a `tools/call` of a 2026-07-28 client. It needs no protocol server of its own when it
 * is plainly well-formed. Whatever is doubtful in any way, or asks for more, takes the SDK's way, which knows what to answer.
 */
import type { Principal } from '../auth/principal.ts';
import { type Caller, envelopeKeys, isLoose, type Loose } from '../upstreams/caller.ts';
import { gatewayInfo, modernVersion } from './envelope.ts';
import { isLevel, levelPasses } from './log-level.ts';
import type { RelayOptions } from './relay-server.ts';
import { toProtocolError, traced } from './traced.ts';
import type { View } from './view.ts';

/** A call that may take the short way. */
export interface DirectCall {
  readonly id: string | number;
  /** Without what belongs to the wire. */
  readonly params: Loose;
  readonly envelope: Loose;
}

const wireKeys: ReadonlySet<string> = new Set(Object.values(envelopeKeys));
const serverInfoKey = 'io.modelcontextprotocol/serverInfo';
/** The client cannot do what the call needs: the one error of a call that has an HTTP status of its own. */
const missingCapability = -32_021;
/** The old code, which 2026-07-28 gave up. */
const resourceNotFound = -32_002;
const invalidParams = -32_602;
const keepAliveMs = 15_000;

/** Takes a request if it is plainly well-formed. */
export function directCall(headers: Headers, body: unknown): DirectCall | undefined {
  if (!isLoose(body) || body['jsonrpc'] !== '2.0' || body['method'] !== 'tools/call') return undefined;
  const { id, params } = body;
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id))) return undefined;
  if (!isLoose(params) || typeof params['name'] !== 'string' || 'inputResponses' in params || 'requestState' in params) return undefined;
  if (params['arguments'] !== undefined && !isLoose(params['arguments'])) return undefined;
  const meta = params['_meta'];
  if (!isLoose(meta) || !isEnvelope(meta)) return undefined;
  const same =
    headers.get('mcp-protocol-version') === modernVersion &&
    headers.get('mcp-method') === 'tools/call' &&
    headers.get('mcp-name') === params['name'];
  if (!same) return undefined;
  const entries = Object.entries(meta);
  const rest = entries.filter(([key]) => !wireKeys.has(key));
  const { _meta, ...own } = params;
  return {
    id,
    params: rest.length > 0 ? { ...own, _meta: Object.fromEntries(rest) } : own,
    envelope: Object.fromEntries(entries.filter(([key]) => wireKeys.has(key))),
  };
}

function isEnvelope(meta: Loose): boolean {
  const { [envelopeKeys.clientInfo]: info, [envelopeKeys.clientCapabilities]: capabilities, [envelopeKeys.logLevel]: level } = meta;
  const token = meta['progressToken'];
  return (
    meta[envelopeKeys.protocolVersion] === modernVersion &&
    isLoose(capabilities) &&
    Object.values(capabilities).every(isLoose) &&
    (info === undefined || (isLoose(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string')) &&
    (level === undefined || isLevel(level)) &&
    (token === undefined || typeof token === 'string' || Number.isSafeInteger(token))
  );
}

/** Answers a call: with JSON, or with an event stream once something is to be said before the result. */
export function answerDirectly(
  view: View,
  call: DirectCall,
  principal: Principal,
  signal: AbortSignal,
  options: RelayOptions,
): Promise<Response> {
  const { promise, resolve } = Promise.withResolvers<Response>();
  let stream: EventStream | undefined;
  const caller: Caller = {
    principal: principal.id,
    allows: (scope) => principal.allows(scope),
    era: 'modern',
    envelope: call.envelope,
    signal,
    notify(method, params) {
      if (method === 'notifications/message' && !levelPasses(params['level'], call.envelope[envelopeKeys.logLevel])) return;
      if (stream === undefined) resolve((stream = new EventStream()).response);
      stream.write({ jsonrpc: '2.0', method, params });
    },
  };
  const end = (message: Loose, status = 200) => {
    if (stream) return stream.end(message);
    // Who has left reads no answer.
    if (signal.aborted) return resolve(new Response(null, { status: 499 }));
    resolve(new Response(JSON.stringify(message), { status, headers: { 'Content-Type': 'application/json' } }));
  };
  traced(view, { id: call.id, method: 'tools/call', params: call.params }, caller, options).then(
    (result) => end({ jsonrpc: '2.0', id: call.id, result: complete(result) }),
    (error: unknown) => {
      const { code, message, data } = toProtocolError(error);
      const shown = { code: code === resourceNotFound ? invalidParams : code, message, ...(data !== undefined && { data }) };
      end({ jsonrpc: '2.0', id: call.id, error: shown }, code === missingCapability ? 400 : 200);
    },
  );
  return promise;
}

/** Adds what every result of 2026-07-28 carries. */
function complete(result: Loose): Loose {
  const meta = result['_meta'];
  return {
    ...result,
    resultType: result['resultType'] ?? 'complete',
    ...((meta === undefined || isLoose(meta)) && { _meta: { [serverInfoKey]: gatewayInfo, ...meta } }),
  };
}

/** Server-sent events, one for each message. */
class EventStream {
  readonly response: Response;
  readonly #encoder = new TextEncoder();
  readonly #alive: NodeJS.Timeout;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.#close(),
    });
    this.response = new Response(stream, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } });
    this.#alive = setInterval(() => this.#send(': keepalive\n\n'), keepAliveMs).unref();
  }

  write(message: Loose): void {
    this.#send(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  end(message: Loose): void {
    this.write(message);
    const controller = this.#controller;
    this.#close();
    controller?.close();
  }

  #send(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  #close(): void {
    clearInterval(this.#alive);
    this.#controller = undefined;
  }
}
