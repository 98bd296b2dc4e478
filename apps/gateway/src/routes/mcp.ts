/** `/mcp` with all servers, `/mcp/<server>` with one, `/mcp/p/<profile>` with a profile's; `?servers=` and `?tools=` narrow each. */
import { ToolError } from '@sandlot/core';
import { type Context, Hono } from 'hono';
import type { Principal } from '../auth/principal.ts';
import { maySee } from '../auth/visible.ts';
import { nameList } from '../config/globs.ts';
import type { McpEndpoint } from '../mcp/endpoint.ts';
import type { Guard } from '../mcp/guard.ts';
import { stepUp } from '../mcp/step-up.ts';
import type { ViewAddress, Views } from '../mcp/views.ts';
import type { View } from '../mcp/view.ts';
import type { GatewayEnv } from '../middleware/auth.ts';

/** Messages in one batch of an old client. */
const maxBatch = 100;
/** Patterns in one query. */
const maxPatterns = 200;

/** Makes the MCP routes. */
export function mcpRoutes(views: Views, endpoint: McpEndpoint, guard: Guard): Hono<GatewayEnv> {
  const answer = async (c: Context<GatewayEnv>, address: ViewAddress) => {
    const body = c.get('body');
    // Limits count requests.
    if (Array.isArray(body) && body.length > maxBatch)
      throw new ToolError('INVALID_ARGUMENT', `The batch has ${body.length} messages, over the limit of ${maxBatch}.`, {
        advice: 'Send them in several requests.',
      });
    const narrowed = { ...address, servers: patternsOf(c, 'servers'), tools: patternsOf(c, 'tools') };
    const view = viewAt(views, narrowed, c.get('caller'));
    if (narrowed.servers || narrowed.tools) await checkNames(views, narrowed, c.get('caller'));
    await stepUp(view, c.get('body'), c.get('caller'), guard);
    return endpoint.fetch(c.req.raw, view, c.get('caller'), c.get('body'));
  };
  return new Hono<GatewayEnv>()
    .all('/mcp', (c) => answer(c, {}))
    .all('/mcp/:server', (c) => answer(c, { server: c.req.param('server') }))
    .all('/mcp/p/:profile', (c) => answer(c, { profile: c.req.param('profile') }));
}

/** The view at an address. An added server that the caller may not use is like one that there is not. @throws ToolError NOT_FOUND, which names what the caller may see */
export function viewAt(views: Views, address: ViewAddress, caller: Principal): View {
  const { server } = address;
  const [upstream] = server === undefined ? [] : (views.one(server)?.upstreams() ?? []);
  if (server === undefined || (upstream && (upstream.prefix === '' || maySee(caller, upstream)))) return views.at(address);
  const seen = views.all.upstreams().filter((upstream) => maySee(caller, upstream));
  throw new ToolError('NOT_FOUND', `No server ${JSON.stringify(server.slice(0, 200))}.`, {
    advice: seen.length > 0 ? `Servers: ${seen.map(({ name }) => name).join(', ')}.` : 'This key may use no server.',
  });
}

/** The names of a query, separated by commas; undefined without it. */
function patternsOf(c: Context<GatewayEnv>, key: 'servers' | 'tools'): readonly string[] | undefined {
  const given = c.req.url.includes('?') ? c.req.queries(key) : undefined;
  if (given === undefined) return undefined;
  const patterns = given.flatMap((list) => list.split(',')).map((pattern) => pattern.trim());
  if (patterns.some((pattern) => pattern === '' || pattern === '!'))
    throw new ToolError('INVALID_ARGUMENT', `?${key}=${given.join(',').slice(0, 200)}: an empty name.`, {
      advice: `Name ${key}, separated by commas; * stands for anything.`,
    });
  if (patterns.length > maxPatterns) throw new ToolError('INVALID_ARGUMENT', `?${key}: more than ${maxPatterns} names.`);
  return patterns;
}

/** A name in a query that nothing has would silently show less than was meant. What the caller may not use is like what there is not. */
async function checkNames(views: Views, { servers, tools, ...base }: ViewAddress, caller: Principal): Promise<void> {
  const here = views.at(base);
  const names = here
    .upstreams()
    .filter((upstream) => maySee(caller, upstream))
    .map(({ name }) => name);
  const server = nameList(servers).exact.find((name) => !names.includes(name));
  if (server !== undefined) throw unknown('servers', 'server', server, `Servers: ${names.join(', ')}.`);
  const wanted = nameList(tools).exact;
  if (wanted.length === 0) return;
  const view = views.at({ ...base, servers });
  const catalog = await view.catalog();
  const missing = wanted.find((name) => {
    const target = catalog.tools.get(name);
    return !target || !caller.allows(target.upstream.scopeOf(target.name));
  });
  // While a server is not connected, nobody knows its tools.
  if (missing !== undefined && isComplete(view)) throw unknown('tools', 'tool', missing, 'See tools/list of the URL without ?tools=.');
}

function isComplete(view: View): boolean {
  return view.upstreams().every((upstream) => upstream.known() !== undefined);
}

function unknown(key: string, what: string, name: string, advice: string): ToolError {
  return new ToolError('INVALID_ARGUMENT', `?${key}=: there is no ${what} ${JSON.stringify(name.slice(0, 200))} here.`, { advice });
}
