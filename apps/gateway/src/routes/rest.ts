/** The REST mirror: every tool as `POST /v1/mcp/<server>/tools/<tool>`, through the same upstreams as MCP. */
import { type ErrorBody, errorMetaKey, principalMetaKey, ToolError } from '@sandlot/core';
import { attributes, contextToMeta, withSpan } from '@sandlot/core/telemetry';
import { SpanKind } from '@opentelemetry/api';
import { Hono } from 'hono';
import { z } from 'zod';
import { modernEnvelope } from '../mcp/envelope.ts';
import type { View } from '../mcp/relay.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { UpstreamError } from '../upstreams/json-rpc.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { openApi } from './openapi.ts';

const errorSchema = z.looseObject({ isError: z.boolean().optional(), _meta: z.record(z.string(), z.unknown()).optional() });

/** REST routes under `/v1`. Answers are `{ success, message, data }`. */
export function restRoutes(view: View): Hono<GatewayEnv> {
  const find = (name: string): Upstream => {
    const upstream = view.upstreams.find((candidate) => candidate.name === name);
    if (upstream) return upstream;
    throw new ToolError('NOT_FOUND', `No server "${name}".`, {
      advice: `Servers: ${view.upstreams.map((candidate) => candidate.name).join(', ')}.`,
    });
  };
  return new Hono<GatewayEnv>()
    .get('/v1/openapi.json', (c) => c.json(openApi(view)))
    .get('/v1/sandbox', (c) =>
      c.json(done({ version: view.version, servers: Object.fromEntries(view.upstreams.map((one) => [one.name, one.health()])) })),
    )
    .get('/v1/mcp/servers', (c) => c.json(done(view.upstreams.map(({ name }) => name))))
    .get('/v1/mcp/:server/tools', (c) => c.json(done({ tools: find(c.req.param('server')).listTools() })))
    .post('/v1/mcp/:server/tools/:tool', async (c) => {
      const upstream = find(c.req.param('server'));
      const tool = c.req.param('tool');
      if (upstream.scopeOf(tool) === undefined) {
        throw new ToolError('NOT_FOUND', `No tool "${tool}" in the server "${upstream.name}".`, {
          advice: `See GET /v1/mcp/${upstream.name}/tools.`,
        });
      }
      const result = await callTool(upstream, tool, c.get('body') ?? {}, c.get('principal'), c.req.raw.signal);
      return c.json(done(result));
    });
}

function done(data: unknown): { success: true; message: string; data: unknown } {
  return { success: true, message: 'ok', data };
}

async function callTool(upstream: Upstream, tool: string, args: unknown, principal: string, signal: AbortSignal): Promise<unknown> {
  const spanAttributes = {
    [attributes.method]: 'tools/call',
    [attributes.operationName]: 'execute_tool',
    [attributes.toolName]: tool,
    [attributes.transport]: 'tcp',
  };
  return withSpan(`tools/call ${tool}`, { kind: SpanKind.INTERNAL, attributes: spanAttributes }, async () => {
    const _meta = { ...modernEnvelope(), ...contextToMeta(), [principalMetaKey]: principal };
    const result = await upstream
      .request({ method: 'tools/call', params: { name: tool, arguments: args, _meta }, signal })
      .catch((error: unknown) => {
        throw error instanceof UpstreamError ? new ToolError('INVALID_ARGUMENT', error.message, { cause: error }) : error;
      });
    const { isError, _meta: resultMeta } = errorSchema.parse(result);
    if (isError) throw toError(resultMeta?.[errorMetaKey], result);
    return result;
  });
}

function toError(body: unknown, result: unknown): ToolError {
  if (!isErrorBody(body)) return new ToolError('INTERNAL', 'The tool failed.', { data: { result } });
  return new ToolError(body.code, body.message, { advice: body.advice, ...(body.data && { data: body.data }) });
}

function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'advice' in value;
}
