/** The REST mirror: every tool as `POST /v1/mcp/<server>/tools/<tool>`, through the same upstreams as MCP. */
import { type ErrorBody, errorMetaKey, ToolError } from '@sandlot/core';
import { attributes, withSpan } from '@sandlot/core/telemetry';
import { SpanKind } from '@opentelemetry/api';
import { Hono } from 'hono';
import { z } from 'zod';
import { surveyKnown } from '../lint/survey.ts';
import { modernEnvelope } from '../mcp/envelope.ts';
import type { LookOptions } from '../doctor/look.ts';
import type { Guard } from '../mcp/guard.ts';
import { route } from '../mcp/route.ts';
import type { View } from '../mcp/view.ts';
import type { Views } from '../mcp/views.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import type { Principal } from '../auth/principal.ts';
import { type Caller, isLoose } from '../upstreams/caller.ts';
import { UpstreamError } from '../upstreams/peer.ts';
import type { Registry } from '../upstreams/registry.ts';
import { collisionsOf } from '../upstreams/status.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { stepUp } from '../mcp/step-up.ts';
import { adminScope, maySee } from '../auth/visible.ts';
import { objectBody } from './object-body.ts';
import { openApi } from './openapi.ts';

const errorSchema = z.looseObject({ isError: z.boolean().optional(), _meta: z.record(z.string(), z.unknown()).optional() });

/** REST routes under `/v1`. Answers are `{ success, message, data }`. */
export function restRoutes(registry: Registry, views: Views, guard: Guard, sandbox: LookOptions): Hono<GatewayEnv> {
  const visible = (caller: Principal) => registry.list().filter((upstream) => maySee(caller, upstream));
  const find = (name: string, caller: Principal, isCall = false): View => {
    const view = views.one(name);
    const names = visible(caller).map((upstream) => upstream.name);
    // A call is answered with the scope that it needs; a list says no more than that there is nothing.
    if (view && (isCall || names.includes(name))) return view;
    throw new ToolError('NOT_FOUND', `No server "${name}".`, { advice: `Servers: ${names.join(', ')}.` });
  };
  return new Hono<GatewayEnv>()
    .get('/v1/openapi.json', async (c) =>
      c.json(
        openApi({
          title: views.all.title,
          version: views.all.version,
          servers: await described(visible(c.get('caller')), views, c.get('caller')),
        }),
      ),
    )
    .get('/v1/sandbox', async (c) => {
      const caller = c.get('caller');
      const { version } = views.all;
      const listing = surveyKnown(visible(caller));
      if (!caller.allows(adminScope)) {
        const states = visible(caller).map((upstream) => [upstream.name, { state: upstream.health().state }]);
        return c.json(done({ version, listing, servers: Object.fromEntries(states) }));
      }
      const { disabled } = registry.entries;
      const { look } = await import('../doctor/look.ts');
      const profiles = Object.fromEntries([...views.collisions()].map(([name, collisions]) => [name, { collisions }]));
      return c.json(
        done({
          version,
          doctor: await look(sandbox),
          listing,
          servers: healthOf(registry),
          disabled: [...disabled.keys()],
          broken: registry.broken,
          profiles,
          ...(registry.fileProblem !== undefined && { configuration: { problem: registry.fileProblem } }),
        }),
      );
    })
    .get('/v1/mcp/:server/tools', async (c) => {
      const caller = restCaller(c.get('caller'), c.req.raw.signal);
      return c.json(done(await route(find(c.req.param('server'), c.get('caller')), { method: 'tools/list', params: {}, caller }, guard)));
    })
    .post('/v1/mcp/:server/tools/:tool', async (c) => {
      const view = find(c.req.param('server'), c.get('caller'), true);
      const tool = c.req.param('tool');
      const args = objectBody(c.get('body'));
      await stepUp(view, { method: 'tools/call', params: { name: tool, arguments: args } }, c.get('caller'), guard);
      // Whoever may not use the server and does not know its tools learns nothing of it.
      find(c.req.param('server'), c.get('caller'));
      return c.json(done(await callTool(view, tool, args, restCaller(c.get('caller'), c.req.raw.signal), guard)));
    });
}

function done(data: unknown): { success: true; message: string; data: unknown } {
  return { success: true, message: 'ok', data };
}

function healthOf(registry: Registry): Record<string, unknown> {
  const refused = collisionsOf(registry);
  return Object.fromEntries(
    registry.list().map((upstream) => {
      const collisions = refused.get(upstream.name);
      return [upstream.name, { ...upstream.health(), ...(collisions && { collisions }) }];
    }),
  );
}

/** What a caller may call. */
async function described(upstreams: readonly Upstream[], views: Views, caller: Principal) {
  const servers = upstreams.map(async ({ name, title }) => ({
    name,
    title,
    tools: [...((await views.one(name)?.catalog())?.tools.values() ?? [])]
      .filter(({ upstream, name: tool }) => caller.allows(upstream.scopeOf(tool)))
      .map(({ upstream, name: tool, shown }) => upstream.describe?.(tool) ?? shown),
  }));
  return (await Promise.all(servers)).filter(({ tools }) => tools.length > 0);
}

function restCaller(principal: Principal, signal: AbortSignal): Caller {
  return {
    principal: principal.id,
    allows: (scope) => principal.allows(scope),
    era: 'modern',
    envelope: modernEnvelope(),
    signal,
    notify: () => undefined,
  };
}

async function callTool(view: View, tool: string, args: unknown, caller: Caller, guard: Guard): Promise<unknown> {
  const spanAttributes = {
    [attributes.method]: 'tools/call',
    [attributes.operationName]: 'execute_tool',
    [attributes.toolName]: tool,
    [attributes.transport]: 'tcp',
  };
  return withSpan(`tools/call ${tool}`, { kind: SpanKind.INTERNAL, attributes: spanAttributes }, async () => {
    const result = await route(view, { method: 'tools/call', params: { name: tool, arguments: args }, caller }, guard).catch(
      (error: unknown) => {
        throw error instanceof UpstreamError ? toToolError(error) : error;
      },
    );
    const { isError, _meta } = errorSchema.parse(result);
    if (isError) throw toError(_meta?.[errorMetaKey], result);
    return result;
  });
}

function toToolError(error: UpstreamError): ToolError {
  const unknown = isLoose(error.data) && 'unknown' in error.data;
  return new ToolError(unknown ? 'NOT_FOUND' : 'INVALID_ARGUMENT', error.message, { cause: error });
}

/** A failure of an added server has no code of ours: its own answer goes along. */
function toError(body: unknown, result: unknown): ToolError {
  if (!isErrorBody(body))
    return new ToolError('FAILED_PRECONDITION', 'The tool answered with an error.', {
      advice: 'See "data.result" for what it said.',
      data: { result },
    });
  return new ToolError(body.code, body.message, { advice: body.advice, ...(body.data && { data: body.data }) });
}

function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'advice' in value;
}
