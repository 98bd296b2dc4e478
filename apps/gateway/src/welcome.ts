/** What the gateway says when it is ready: the URL, the key, and blocks to paste into clients. */
import { wantsTelemetry } from '@sandlot/core/telemetry';
import { surveyKnown } from './lint/survey.ts';
import type { Gateway, GatewayValues, ListeningGateway } from './gateway.ts';

/** Makes the text. A key that was given is not shown again. */
export function welcome(listening: ListeningGateway, gateway: Gateway, values: GatewayValues): string {
  // A wildcard address is one to listen on, not one to call.
  const base = listening.http.url.replace(/\/\/(?:0\.0\.0\.0|\[::\])/, '//127.0.0.1');
  const url = `${base}/mcp`;
  const key = values.auth === 'none' ? undefined : listening.generated ? listening.apiKey : '<the key that you set>';
  // A key that was given is not shown again: clients take it from where it was given.
  const shown = (variable: string) => (listening.generated ? key : variable);
  const headers = key === undefined ? undefined : { Authorization: `Bearer ${shown('${env:SANDLOT_API_KEY}')}` };
  const block = (entry: object) => JSON.stringify(entry, null, 2).replaceAll(/^/gm, '  ');
  return `
Sandlot is ready.
  MCP        ${url}
  REST       ${base}/v1/openapi.json
  Tools      ${toolsOf(gateway)}
  Workspace  ${gateway.workspace}
  Key        ${key ?? 'none is asked for (SANDLOT_AUTH=none)'}
  Traces     ${wantsTelemetry() ? 'are sent, as OTEL_* asks' : 'set OTEL_EXPORTER_OTLP_ENDPOINT to send them to Jaeger'}

Claude Code:
  claude mcp add --transport http sandlot ${url}${key === undefined ? '' : ` --header "Authorization: Bearer ${shown('$SANDLOT_API_KEY')}"`}

VS Code (.vscode/mcp.json):
${block({ servers: { sandlot: { type: 'http', url, ...(headers && { headers }) } } })}

Cursor (.cursor/mcp.json):
${block({ mcpServers: { sandlot: { url, ...(headers && { headers }) } } })}
`;
}

/** Added servers are asked for their tools when a client comes. */
function toolsOf({ registry }: Gateway): string {
  const { tools, tokens } = surveyKnown(registry.list());
  const waiting = registry.list().filter((upstream) => upstream.known() === undefined).length;
  const rest = waiting > 0 ? `; ${waiting} added ${waiting === 1 ? 'server is' : 'servers are'} not asked yet` : '';
  return `${tools}, about ${tokens.toLocaleString('en')} tokens of a model's context${rest} (sandlot lint)`;
}
