/** What the gateway says when it is ready: the URL, the key, and blocks to paste into clients. */
import { wantsTelemetry } from '@sandlot/core/telemetry';
import type { Gateway, GatewayValues, ListeningGateway } from './gateway.ts';

/** Makes the text. A key that was given is not shown again. */
export function welcome(listening: ListeningGateway, gateway: Gateway, values: GatewayValues): string {
  const url = `${listening.http.url}/mcp`;
  const key = values.auth === 'none' ? undefined : listening.generated ? listening.apiKey : '<the key that you set>';
  const headers = key === undefined ? undefined : { Authorization: `Bearer ${key}` };
  const block = (entry: object) => JSON.stringify(entry, null, 2).replaceAll(/^/gm, '  ');
  return `
Sandlot is ready.
  MCP        ${url}
  REST       ${listening.http.url}/v1/openapi.json
  Workspace  ${gateway.workspace}
  Key        ${key ?? 'none is asked for (SANDLOT_AUTH=none)'}
  Traces     ${wantsTelemetry() ? 'are sent, as OTEL_* asks' : 'set OTEL_EXPORTER_OTLP_ENDPOINT to send them to Jaeger'}

Claude Code:
  claude mcp add --transport http sandlot ${url}${key === undefined ? '' : ` --header "Authorization: Bearer ${key}"`}

VS Code (.vscode/mcp.json):
${block({ servers: { sandlot: { type: 'http', url, ...(headers && { headers }) } } })}

Cursor (.cursor/mcp.json):
${block({ mcpServers: { sandlot: { url, ...(headers && { headers }) } } })}
`;
}
