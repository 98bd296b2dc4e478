/** Whether the client of a call can answer what a server asks. */
import { type Caller, envelopeKeys, isLoose } from './caller.ts';
import { UpstreamError } from './peer.ts';

const needed: Record<string, string> = { 'elicitation/create': 'elicitation', 'sampling/createMessage': 'sampling', 'roots/list': 'roots' };

/** True when the client has declared that it can. */
export function canAnswer(caller: Caller, method: string): boolean {
  const capability = needed[method];
  const declared = caller.envelope[envelopeKeys.clientCapabilities];
  return capability !== undefined && isLoose(declared) && capability in declared;
}

/** What the server is told otherwise. */
export function refusal(method: string): UpstreamError {
  return new UpstreamError(-32_601, `The client does not support "${method}".`);
}
