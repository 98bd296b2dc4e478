/** A request to an upstream of the 2026-07-28 protocol, for callers of either era. */
import { contextToMeta } from '@sandlot/core/telemetry';
import { isLoose, type Loose, objectAt } from './caller.ts';
import { canAnswer, missingCapability } from './client-capability.ts';
import { type JsonRpcPeer, UpstreamError } from './peer.ts';
import type { UpstreamRequest } from './upstream.ts';

/** How often an upstream may ask an old client in one call. */
const maxRounds = 16;

/**
 * Sends a request. What the upstream asks for in between (`input_required`) goes back to a new client as it is; for an old client
 * the rounds are run here, over its session.
 *
 * @param meta further `_meta` of the gateway's own
 */
export async function requestModern(peer: JsonRpcPeer, request: UpstreamRequest, meta: Loose = {}): Promise<Loose> {
  const { method, params, caller } = request;
  const base = { ...params, _meta: { ...objectAt(params, '_meta'), ...caller.envelope, ...contextToMeta(), ...meta } };
  const options = { signal: caller.signal, onProgress: (progress: Loose) => caller.notify('notifications/progress', progress) };
  if (caller.era === 'modern') {
    const { inputResponses, requestState } = caller;
    return peer.request(
      method,
      { ...base, ...(inputResponses && { inputResponses }), ...(requestState !== undefined && { requestState }) },
      options,
    );
  }
  let next: Loose = base;
  for (let round = 0; round < maxRounds; round++) {
    const result = await peer.request(method, next, options);
    if (result['resultType'] !== 'input_required') return result;
    const inputResponses = await askAll(request, objectAt(result, 'inputRequests'));
    next = { ...base, inputResponses, ...(result['requestState'] !== undefined && { requestState: result['requestState'] }) };
  }
  throw new UpstreamError(-32_603, `The server asked for input ${maxRounds} times in one call.`);
}

async function askAll({ caller }: UpstreamRequest, requests: Loose): Promise<Loose> {
  const { ask } = caller;
  if (!ask) throw new UpstreamError(-32_603, 'The server asks for input, but this client has no session in which it could be asked.');
  const answers = await Promise.all(
    Object.entries(requests).map(async ([key, asked]) => {
      const method = isLoose(asked) ? asked['method'] : undefined;
      if (typeof method !== 'string') throw new UpstreamError(-32_603, `The server asked for input "${key}" without a method.`);
      if (!canAnswer(caller, method)) throw missingCapability(method);
      return [key, await ask(method, objectAt(isLoose(asked) ? asked : {}, 'params'))] as const;
    }),
  );
  return Object.fromEntries(answers);
}
