/** A connection to an MCP server that is not ours: finds out which era it speaks, and what it offers. */
import { ToolError } from '@sandlot/core';
import { gatewayInfo, modernEnvelope, modernVersion } from '../mcp/envelope.ts';
import { type Loose, objectAt } from './caller.ts';
import { allCapabilities } from './isolation.ts';
import type { JsonRpcPeer } from './peer.ts';

/** Which protocol to speak: find out, or as the configuration says. */
export type ProtocolChoice = 'auto' | 'modern' | 'legacy';

/** A connection that is ready for requests. */
export interface Connection {
  readonly peer: JsonRpcPeer;
  readonly era: 'legacy' | 'modern';
  readonly capabilities: Loose;
  readonly instructions?: string;
}

const legacyVersion = '2025-11-25';

/** An envelope of the gateway's own, which says that it can pass on whatever a server asks. */
export const ownEnvelope: Loose = modernEnvelope(allCapabilities);

/** Options of {@link openConnection}. */
export interface OpenOptions {
  /** Which era. */
  readonly choice: ProtocolChoice;
  /** What an old server is told that its client can do. */
  readonly capabilities: Loose;
  /** Longest wait for an answer; a probe that is met with silence falls back after half of it. */
  readonly timeoutMs: number;
  /** Told the negotiated legacy version before anything else is sent. */
  readonly onVersion: (version: string) => void;
}

/**
 * Opens the protocol on a fresh transport.
 *
 * @throws ToolError UNAVAILABLE, UpstreamError
 */
export async function openConnection(peer: JsonRpcPeer, options: OpenOptions): Promise<Connection> {
  const { choice, timeoutMs } = options;
  if (choice !== 'legacy') {
    const found = await discover(peer, choice === 'modern' ? timeoutMs : Math.min(timeoutMs / 2, 10_000)).catch((error: unknown) => {
      if (choice === 'modern' || peer.failed) throw error;
      return undefined;
    });
    if (found) return { peer, era: 'modern', ...found };
    if (choice === 'modern') throw new ToolError('UNAVAILABLE', `The server does not speak MCP ${modernVersion}.`);
  }
  return { peer, era: 'legacy', ...(await initialize(peer, options)) };
}

async function discover(peer: JsonRpcPeer, timeoutMs: number) {
  const result = await peer.request('server/discover', { _meta: ownEnvelope }, { signal: AbortSignal.timeout(timeoutMs) });
  const versions = result['supportedVersions'];
  if (!Array.isArray(versions) || !versions.includes(modernVersion)) return undefined;
  return facts(result);
}

async function initialize(peer: JsonRpcPeer, { capabilities, timeoutMs, onVersion }: OpenOptions) {
  const params = { protocolVersion: legacyVersion, clientInfo: gatewayInfo, capabilities };
  const result = await peer.request('initialize', params, { signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
    if (!ToolError.is(error) || error.code !== 'CANCELLED') throw error;
    throw new ToolError('UNAVAILABLE', `The server did not answer "initialize" within ${timeoutMs} ms.`, { cause: error });
  });
  onVersion(typeof result['protocolVersion'] === 'string' ? result['protocolVersion'] : legacyVersion);
  peer.notify('notifications/initialized', {});
  return facts(result);
}

function facts(result: Loose): { capabilities: Loose; instructions?: string } {
  const { instructions } = result;
  return { capabilities: objectAt(result, 'capabilities'), ...(typeof instructions === 'string' && { instructions }) };
}
