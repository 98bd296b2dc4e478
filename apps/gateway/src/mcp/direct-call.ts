/**
 * The short way for the request that matters most: `tools/call`. It needs no protocol server of the SDK when it is plainly well-formed.
 * Whatever is doubtful in any way, or asks for more, takes the SDK's way, which knows what to answer.
 */
import type { ServerResponse } from 'node:http';
import type { Principal } from '../auth/principal.ts';
import { type Caller, envelopeKeys, isLoose, type Loose } from '../upstreams/caller.ts';
import { gatewayInfo, modernVersion } from './envelope.ts';
import { Exchange } from './exchange.ts';
import { isLevel, levelPasses } from './log-level.ts';
import type { RelayOptions } from './relay-server.ts';
import { traced } from './traced.ts';
import type { View } from './view.ts';

/** A call that is plainly well-formed. */
export interface PlainCall {
  readonly id: string | number;
  readonly params: Loose;
  readonly meta: Loose | undefined;
}

/** Runs a call and answers it; settles when that is done. */
export type Answer = (outgoing: ServerResponse) => Promise<void>;

/** A call of a 2026-07-28 client. */
export interface DirectCall {
  readonly id: string | number;
  /** Without what belongs to the wire. */
  readonly params: Loose;
  readonly envelope: Loose;
}

/** What of `_meta` is the envelope of 2026-07-28. */
export const wireKeys: ReadonlySet<string> = new Set(Object.values(envelopeKeys));
const serverInfoKey = 'io.modelcontextprotocol/serverInfo';

/** Takes a call of either era if nothing in it is doubtful. */
export function plainCall(body: unknown): PlainCall | undefined {
  if (!isLoose(body) || body['jsonrpc'] !== '2.0' || body['method'] !== 'tools/call') return undefined;
  const { id, params } = body;
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id))) return undefined;
  if (!isLoose(params) || typeof params['name'] !== 'string' || 'inputResponses' in params || 'requestState' in params) return undefined;
  if (params['arguments'] !== undefined && !isLoose(params['arguments'])) return undefined;
  const meta = params['_meta'];
  if (meta !== undefined && !isLoose(meta)) return undefined;
  const token = meta?.['progressToken'];
  if (token !== undefined && typeof token !== 'string' && !Number.isSafeInteger(token)) return undefined;
  return { id, params, meta };
}

/** Takes a call of a 2026-07-28 client. */
export function directCall(headers: Pick<Headers, 'get'>, body: unknown): DirectCall | undefined {
  const call = plainCall(body);
  if (!call?.meta || !isEnvelope(call.meta)) return undefined;
  const { id, params, meta } = call;
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
  return (
    meta[envelopeKeys.protocolVersion] === modernVersion &&
    isLoose(capabilities) &&
    Object.values(capabilities).every(isLoose) &&
    (info === undefined || (isLoose(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string')) &&
    (level === undefined || isLevel(level))
  );
}

/** Answers a call of a 2026-07-28 client. */
export function answerDirectly(
  view: View,
  { id, params, envelope }: DirectCall,
  principal: Principal,
  outgoing: ServerResponse,
  options: RelayOptions,
): Promise<void> {
  const leaving = new AbortController();
  const { signal } = leaving;
  if (outgoing.destroyed) leaving.abort();
  else outgoing.once('close', () => outgoing.writableFinished || leaving.abort());
  const exchange = new Exchange(id, outgoing, signal);
  const caller: Caller = {
    principal: principal.id,
    allows: (scope) => principal.allows(scope),
    era: 'modern',
    envelope,
    signal,
    notify(method, sent) {
      if (method === 'notifications/message' && !levelPasses(sent['level'], envelope[envelopeKeys.logLevel])) return;
      exchange.say({ method, params: sent });
    },
  };
  return exchange.settle(traced(view, { id, method: 'tools/call', params }, caller, options).then(complete));
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
