/** Whether the client of a call can answer what a server asks, and whether it did. */
import { type Caller, envelopeKeys, isLoose, type Loose } from './caller.ts';
import { UpstreamError } from './peer.ts';

const needed: Record<string, string> = { 'elicitation/create': 'elicitation', 'sampling/createMessage': 'sampling', 'roots/list': 'roots' };

/** The client capabilities that let a server ask. */
export const askCapabilities: readonly string[] = Object.values(needed);

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

/** What the client is told, when the call cannot do without. */
export function missingCapability(method: string): UpstreamError {
  const capability = needed[method] ?? method;
  return new UpstreamError(-32_021, `This call needs a client that has declared "${capability}": the server asks "${method}".`, {
    requiredCapabilities: { [capability]: {} },
  });
}

/** True when a client's answer has the shape that such an ask wants. */
export function isAnswer(method: string, answer: unknown): answer is Loose {
  if (!isLoose(answer)) return false;
  if (method === 'elicitation/create') return ['accept', 'decline', 'cancel'].includes(String(answer['action']));
  if (method === 'roots/list') return Array.isArray(answer['roots']);
  return method !== 'sampling/createMessage' || typeof answer['content'] === 'object';
}
