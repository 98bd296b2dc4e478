/** A request to an upstream of the protocols up to 2025-11-25, for callers of either era. */
import { contextToMeta } from '@sandlot/core/telemetry';
import { type Caller, type Loose, objectAt } from './caller.ts';
import { canAnswer, missingCapability, refusal } from './client-capability.ts';
import type { InFlightCalls } from './in-flight.ts';
import { capabilitiesOf } from './isolation.ts';
import { type ParkableCall, parkableCall } from './parked.ts';
import { type JsonRpcPeer, UpstreamError } from './peer.ts';
import type { UpstreamRequest } from './upstream.ts';

/** Sends a request for an old client. */
export function requestLegacy(peer: JsonRpcPeer, request: UpstreamRequest): Promise<Loose> {
  const { signal, notify } = request.caller;
  return send(peer, request, signal, (progress) => notify('notifications/progress', progress));
}

/** Keeps a call of an old client on the list while it runs: what the server asks goes to that client's session. */
export async function tracked(calls: InFlightCalls, request: UpstreamRequest, run: () => Promise<Loose>): Promise<Loose> {
  const { ask, notify } = request.caller;
  const noSession = (method: string) => new UpstreamError(-32_603, `The client cannot be asked ("${method}"): it has no session.`);
  const remove = calls.add({
    client: clientOf(request.caller),
    capabilities: capabilitiesOf(request.caller),
    notify,
    ask: (method, params) => {
      if (!ask) return Promise.reject(noSession(method));
      return canAnswer(request.caller, method) ? ask(method, params) : Promise.reject(refusal(method));
    },
  });
  try {
    return await run();
  } finally {
    remove();
  }
}

/** Starts a call for a new client: it goes on while its client is asked by `input_required`. */
export function startParkable(peer: JsonRpcPeer, calls: InFlightCalls, request: UpstreamRequest): ParkableCall {
  const ending = new AbortController();
  let missing: string | undefined;
  const result = send(peer, request, ending.signal, (progress) => {
    const progressToken = objectAt(call.request.params, '_meta')['progressToken'];
    if (progressToken !== undefined) call.request.caller.notify('notifications/progress', { ...progress, progressToken });
  }).then(
    (answer) => (missing !== undefined && answer['isError'] === true ? Promise.reject(missingCapability(missing)) : answer),
    (error: unknown) => Promise.reject(missing === undefined || ending.signal.aborted ? error : missingCapability(missing)),
  );
  const call = parkableCall(request, result, () => ending.abort());
  const remove = calls.add({
    client: clientOf(request.caller),
    capabilities: capabilitiesOf(request.caller),
    notify: (method, params) => call.request.caller.notify(method, params),
    ask: (method, params) => {
      if (canAnswer(request.caller, method)) return call.onAsk(method, params);
      missing ??= method;
      return Promise.reject(refusal(method));
    },
  });
  result.then(remove, remove);
  return call;
}

function send(
  peer: JsonRpcPeer,
  { method, params }: UpstreamRequest,
  signal: AbortSignal,
  onProgress: (params: Loose) => void,
): Promise<Loose> {
  const own = { ...objectAt(params, '_meta'), ...contextToMeta() };
  return peer.request(method, Object.keys(own).length > 0 ? { ...params, _meta: own } : params, { signal, onProgress });
}

function clientOf({ principal, session }: Caller): string {
  return `${principal}\n${session ?? ''}`;
}
