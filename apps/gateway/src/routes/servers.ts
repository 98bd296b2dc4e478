/** `/v1/mcp/servers`: the state of every server, and their administration, which needs the scope `gateway:admin`. */
import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '@sandlot/core';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { requireScopes } from '../auth/scopes.ts';
import { adminScope, callableTools, maySee } from '../auth/visible.ts';
import { modernEnvelope } from '../mcp/envelope.ts';
import type { Guard } from '../mcp/guard.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { objectBody } from './object-body.ts';
import type { ServerAdmin } from '../upstreams/admin.ts';
import type { Loose } from '../upstreams/caller.ts';
import type { Registry } from '../upstreams/registry.ts';
import { type ServerStatus, statusOf } from '../upstreams/status.ts';

/** How long adding a server waits for its lists, in milliseconds. */
const patienceMs = 10_000;

const addSchema = z.looseObject({ id: z.string() });
const patchSchema = z.strictObject({ disabled: z.boolean() });
const approveSchema = z.strictObject({ tool: z.string().optional(), hash: z.string().min(8).optional() });

/** Options of {@link serverRoutes}. */
export interface ServerRoutesOptions {
  readonly registry: Registry;
  readonly admin: ServerAdmin;
  readonly guard: Guard;
}

/** The routes. Answers are `{ success, message, data }`. */
export function serverRoutes({ registry, admin, guard }: ServerRoutesOptions): Hono<GatewayEnv> {
  /** Every administration is allowed or refused, and recorded like a call of a tool. */
  const run = async (c: Context<GatewayEnv>, name: string, prepare: () => Prepared) => {
    const principal = c.get('caller');
    const caller = {
      principal: principal.id,
      allows: (scope: string) => principal.allows(scope),
      era: 'modern' as const,
      envelope: modernEnvelope(),
      signal: c.req.raw.signal,
      notify: () => undefined,
    };
    const callOf = (args: Loose) => ({
      upstream: { name: 'gateway', prefix: '' },
      tool: `servers_${name}`,
      shown: {},
      request: { method: `servers/${name}`, params: { arguments: args }, caller },
    });
    if (!principal.allows(adminScope)) await guard.refuse(callOf({ id: idOf(c) }));
    requireScopes(principal, [adminScope]);
    const { args, work } = prepare();
    let data: unknown;
    await guard.run(callOf(args), async () => ((data = await work()), {}));
    return data;
  };
  const idOf = (c: Context<GatewayEnv>) => c.req.param('id') ?? '';
  const stateOf = (id: string): ServerStatus | undefined => statusOf(registry).find((server) => server.id === id);
  return new Hono<GatewayEnv>()
    .get('/v1/mcp/servers', (c) => {
      const caller = c.get('caller');
      const details = c.req.query('details') === 'true';
      const visible = registry.list().filter((upstream) => maySee(caller, upstream));
      if (!details) return c.json(done(visible.map(({ name }) => name)));
      if (caller.allows(adminScope)) return c.json(done(statusOf(registry)));
      const shown = visible.map((upstream) => ({
        id: upstream.name,
        title: upstream.title,
        state: upstream.health().state,
        tools: callableTools(caller, upstream).length,
      }));
      return c.json(done(shown));
    })
    .post('/v1/mcp/servers', async (c) => {
      const data = await run(c, 'add', () => {
        const { id, ...entry } = parse(addSchema, c.get('body'));
        const work = async () => {
          await admin.add(id, entry);
          // It is shown with its tools when it answers soon.
          await Promise.race([registry.added(id)?.reload(), delay(patienceMs, undefined, { ref: false })]);
          return stateOf(id);
        };
        return { args: { id, ...withoutValues(entry) }, work };
      });
      return c.json(done(data), 201);
    })
    .patch('/v1/mcp/servers/:id', async (c) => {
      const id = idOf(c);
      const data = await run(c, 'patch', () => {
        const { disabled } = parse(patchSchema, c.get('body'));
        return { args: { id, disabled }, work: async () => (await admin.setDisabled(id, disabled), stateOf(id)) };
      });
      return c.json(done(data));
    })
    .delete('/v1/mcp/servers/:id', async (c) => {
      const id = idOf(c);
      await run(c, 'remove', () => ({ args: { id }, work: () => admin.remove(id) }));
      return c.json(done(null));
    })
    .post('/v1/mcp/servers/:id/reload', async (c) => {
      const id = idOf(c);
      return c.json(done(await run(c, 'reload', () => ({ args: { id }, work: async () => (await admin.reload(id), stateOf(id)) }))));
    })
    .post('/v1/mcp/servers/:id/approve', async (c) => {
      const id = idOf(c);
      const data = await run(c, 'approve', () => {
        const approval = parse(approveSchema, c.get('body'));
        return { args: { id, ...approval }, work: async () => ({ approved: await admin.approve(id, approval) }) };
      });
      return c.json(done(data));
    });
}

/** A change that is allowed: what is recorded of it, and how it is made. */
interface Prepared {
  readonly args: Loose;
  readonly work: () => Promise<unknown>;
}

function done(data: unknown): { success: true; message: string; data: unknown } {
  return { success: true, message: 'ok', data };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(objectBody(body));
  if (parsed.success) return parsed.data;
  throw new ToolError('INVALID_ARGUMENT', `The body is not what this route takes: ${z.prettifyError(parsed.error)}`, {
    advice: 'Add with {"id": "docs", "url": "https://…"}, switch with {"disabled": true}, approve with {"tool": "…"} or {}.',
  });
}

/** Headers and variables hold secrets: their names are recorded, not their values. */
function withoutValues(entry: Loose): Loose {
  const names = (value: unknown) => (typeof value === 'object' && value !== null ? Object.keys(value) : value);
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, key === 'env' || key === 'headers' ? names(value) : value]));
}
