/** The `_meta` envelope that every request of MCP 2026-07-28 carries. */

/** Revision in which the gateway talks to its own servers. */
export const modernVersion = '2026-07-28';

const prefix = 'io.modelcontextprotocol/';

/** An envelope of the gateway's own, for requests that nobody else made. */
export function modernEnvelope(): Record<string, unknown> {
  return {
    [`${prefix}protocolVersion`]: modernVersion,
    [`${prefix}clientInfo`]: { name: 'sandlot', version: '0.1.0' },
    [`${prefix}clientCapabilities`]: {},
  };
}
