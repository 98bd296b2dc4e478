/** The `_meta` envelope that every request of MCP 2026-07-28 carries. */
import { envelopeKeys, type Loose } from '../upstreams/caller.ts';

/** Revision in which the gateway talks to new servers, its own among them. */
export const modernVersion = '2026-07-28';

/** How the gateway introduces itself to servers. */
export const gatewayInfo = { name: 'sandlot', title: 'Sandlot', version: '0.1.0' };

/** An envelope of the gateway's own, for requests that nobody else made. */
export function modernEnvelope(capabilities: Loose = {}): Loose {
  return {
    [envelopeKeys.protocolVersion]: modernVersion,
    [envelopeKeys.clientInfo]: gatewayInfo,
    [envelopeKeys.clientCapabilities]: capabilities,
  };
}
