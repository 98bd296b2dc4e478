/** The routes of the UIs. What answers is loaded by the first request to one. */
import { ToolError } from '@sandlot/core';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { adminScope } from '../auth/visible.ts';
import type { Guard } from '../mcp/guard.ts';
import type { GatewayEnv } from '../middleware/auth.ts';
import { httpSpan } from '../middleware/http-span.ts';
import { basePathOf, type Place, previewOfHost, scopeOf } from './place.ts';
import { type Uis, uiServices } from './uis.ts';

/** Makes the routes below paths of the gateway. Bodies are not read here, so they belong before whatever reads bodies. */
export function uiRoutes(uis: Uis, guard: Guard): Hono<GatewayEnv> {
  const app = new Hono<GatewayEnv>();
  const span = httpSpan();
  app.get('/v1/calls', (c) => {
    const caller = c.get('caller');
    const data = uis.options.calls.list(caller.allows(adminScope) ? undefined : caller.id);
    return c.json({ success: true, message: 'ok', data });
  });
  app.get('/v1/ui', async (c) => {
    const caller = c.get('caller');
    const data = (await uis.list()).filter((ui) => caller.allows(scopeOf(ui)));
    return c.json({ success: true, message: 'ok', data });
  });
  for (const id of [...uiServices.map((service) => service.id), 'proxy', 'absproxy']) {
    // What pages load leaves no spans, as it leaves no records.
    app.use(`/${id}/*`, (c, next) => (c.env?.upgrade || !['GET', 'HEAD'].includes(c.req.method) ? span(c, next) : next()));
    app.all(`/${id}/*`, async (c) => {
      const { pathname } = new URL(c.req.url);
      const place = uis.placeOf(pathname);
      if (place) return answer(c, place, uis, guard);
      const preview = /^\/(proxy|absproxy)\/[1-9]\d{0,4}$/.test(pathname);
      if (preview) return c.redirect(`${basePathOf(c.req.raw.headers, uis.options.basePath)}${pathname}/`, 308);
      throw new ToolError('NOT_FOUND', `No UI is at ${pathname.slice(0, 100)}.`, {
        advice: 'Ports are previewed at /proxy/<port>/, from 1024 to 65535.',
      });
    });
  }
  return app;
}

/** True for a `Host` of the form `<port>-<host>` that is none of the gateway's own names. */
export function isPreviewHost(header: string, names: readonly string[]): boolean {
  const host = nameOf(header);
  return previewOfHost(host, '/') !== undefined && !names.includes(host);
}

/**
 * Answers requests to `<port>-<host>`: an origin of its own for what a port serves, all of whose paths belong to that server.
 *
 * @param inner answers them with the policy of all others; see {@link previewApp}
 * @param names hosts that are the gateway even when they look like a preview's
 */
export function previewHosts(inner: Pick<Hono<GatewayEnv>, 'fetch'>, names: readonly string[]): MiddlewareHandler<GatewayEnv> {
  return async function previewHosts(c, next) {
    return isPreviewHost(c.req.header('host') ?? '', names) ? inner.fetch(c.req.raw, c.env) : next();
  };
}

/** What stands at the host and path of a request. */
export function previewAt(c: Context<GatewayEnv>): Place {
  const place = previewOfHost(nameOf(c.req.header('host') ?? ''), new URL(c.req.url).pathname);
  if (place) return place;
  throw new ToolError('NOT_FOUND', 'No port is previewed here.');
}

/** Answers at a place. */
export async function answer(c: Context<GatewayEnv>, place: Place, uis: Uis, guard: Guard): Promise<Response> {
  const { serve } = await import('./serve.ts');
  return serve(c, place, uis, guard);
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}
