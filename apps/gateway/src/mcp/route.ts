/** Finds the upstream of a request and sends it there, under the upstream's own names. */
import { ToolError, toErrorResult } from '@sandlot/core';
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import { UpstreamError } from '../upstreams/peer.ts';
import type { Upstream, UpstreamRequest } from '../upstreams/upstream.ts';
import { gatewayInfo } from './envelope.ts';
import type { Guard } from './guard.ts';
import type { Target } from './catalog.ts';
import { metaToolNames, metaTools } from './search/meta-tools.ts';
import { runMetaTool, searchList } from './search/search-mode.ts';
import type { View } from './view.ts';

const invalidParams = -32_602;
const internalError = -32_603;
const methodNotFound = -32_601;

/** Handles one request of a client. */
export async function route(view: View, request: UpstreamRequest, guard: Guard): Promise<Loose> {
  const { method, params } = request;
  switch (method) {
    case 'tools/list':
      if (view.isSearched()) return { tools: searchList(await view.catalog(), callableBy(request)) };
      return list(view, 'tools', callableBy(request));
    case 'prompts/list':
      return list(view, 'prompts', ({ upstream }) => request.caller.allows(upstream.scopeOf('')));
    case 'resources/list':
      return listResources(view, request);
    case 'resources/templates/list':
      return list(view, 'resourceTemplates', ({ upstream }) => request.caller.allows(upstream.scopeOf('')));
    case 'tools/call':
      return callTool(view, request, guard);
    case 'prompts/get':
      return sendTo(await named(view, 'prompts', params['name'], 'prompt', request), request);
    case 'resources/read':
      return readResource(view, request, guard);
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return sendTo({ upstream: await ownerOfUri(view, String(params['uri'])), name: '', shown: {} }, request);
    case 'completion/complete':
      return complete(view, request);
    case 'logging/setLevel':
      return {};
    default:
      return unknown(view, request);
  }
}

/** Tells which tools a caller may call; others are neither listed nor found. */
function callableBy({ caller }: UpstreamRequest): (target: Target) => boolean {
  return ({ upstream, name }) => caller.allows(upstream.scopeOf(name));
}

async function list(
  view: View,
  key: 'tools' | 'prompts' | 'resources' | 'resourceTemplates',
  visible: (target: Target) => boolean,
): Promise<Loose> {
  const catalog = await view.catalog();
  return { [key]: [...catalog[key].values()].filter(visible).map(({ shown }) => shown) };
}

/** What the servers are known to have, and what those say now whose resources come and go. */
async function listResources(view: View, request: UpstreamRequest): Promise<Loose> {
  const allowed = (upstream: Upstream) => request.caller.allows(upstream.scopeOf(''));
  const known = await list(view, 'resources', ({ upstream }) => allowed(upstream));
  const live = view.upstreams().filter((upstream) => upstream.known()?.hasLiveResources && allowed(upstream));
  // A server that does not come up must not take the others' resources away.
  const asked = await Promise.all(live.map((upstream) => upstream.request({ ...request, params: {} }).catch((): Loose => ({}))));
  return { resources: [known, ...asked].flatMap(({ resources }) => (Array.isArray(resources) ? resources.filter(isLoose) : [])) };
}

/** Reading a resource is recorded like a call: it gives the same bytes. */
async function readResource(view: View, request: UpstreamRequest, guard: Guard): Promise<Loose> {
  const { uri } = request.params;
  const upstream = await ownerOfUri(view, String(uri));
  const recorded = { ...request, params: { arguments: { uri } } };
  const call = { upstream, tool: request.method, shown: {}, request: recorded };
  if (!request.caller.allows(upstream.scopeOf(''))) {
    await guard.refuse(call);
    throw notAllowed();
  }
  return guard.run(call, () => upstream.request(request));
}

async function named(view: View, key: 'tools' | 'prompts', name: unknown, what: string, { caller }: UpstreamRequest): Promise<Target> {
  const target = (await view.catalog())[key].get(String(name));
  if (target) return target;
  const away = view.upstreams().find((one) => one.prefix !== '' && one.known() === undefined && String(name).startsWith(one.prefix));
  if (!away || !caller.allows(away.scopeOf(''))) throw unknownName(view, key, name, what);
  const { state, error = 'it has not answered yet' } = away.health();
  throw new UpstreamError(internalError, `The server "${away.name}" is not there (${state}): ${error}`, { server: away.name, state });
}

function unknownName(view: View, key: string, name: unknown, what: string): UpstreamError {
  const source = key === 'tools' && view.isSearched() ? metaTools.search : `${key}/list`;
  return new UpstreamError(invalidParams, `Unknown ${what}: ${JSON.stringify(name)}. Call ${source} to see what there is.`, {
    unknown: what,
  });
}

async function callTool(view: View, request: UpstreamRequest, guard: Guard): Promise<Loose> {
  const asked = request.params['name'];
  if (view.isSearched() && typeof asked === 'string' && metaToolNames.has(asked)) return callMetaTool(view, asked, request, guard);
  const { upstream, name, shown } = await named(view, 'tools', asked, 'tool', request);
  const call = { upstream, tool: name, shown, request };
  if (!request.caller.allows(upstream.scopeOf(name))) {
    await guard.refuse(call);
    // What a caller may not use looks like what there is not: lists and calls agree.
    throw unknownName(view, 'tools', asked, 'tool');
  }
  return withErrorResult(() => guard.run(call, () => upstream.request({ ...request, params: { ...request.params, name } })));
}

/** Search and description are calls, too: they are recorded like any other. */
async function callMetaTool(view: View, tool: string, request: UpstreamRequest, guard: Guard): Promise<Loose> {
  const catalog = await view.catalog();
  const call = { upstream: { name: gatewayInfo.name, prefix: '' }, tool, shown: {}, request };
  return withErrorResult(() => guard.run(call, () => runMetaTool(tool, request.params['arguments'], catalog, callableBy(request))));
}

async function withErrorResult(run: () => Promise<Loose>): Promise<Loose> {
  try {
    return await run();
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    return toErrorResult(error.toBody());
  }
}

async function sendTo(target: Target, request: UpstreamRequest): Promise<Loose> {
  const { upstream, name } = target;
  if (!request.caller.allows(upstream.scopeOf(''))) throw notAllowed();
  return upstream.request({ ...request, params: name === '' ? request.params : { ...request.params, name } });
}

/** The error for what the caller's scopes do not allow. */
export function notAllowed(): UpstreamError {
  return new UpstreamError(invalidParams, 'This key is not allowed to do that.');
}

async function complete(view: View, request: UpstreamRequest): Promise<Loose> {
  const ref = objectAt(request.params, 'ref');
  if (typeof ref['uri'] === 'string') return sendTo({ upstream: await ownerOfUri(view, ref['uri']), name: '', shown: {} }, request);
  const target = await named(view, 'prompts', ref['name'], 'prompt', request);
  return sendTo({ ...target, name: '' }, { ...request, params: { ...request.params, ref: { ...ref, name: target.name } } });
}

/** The server of a URI: by its list, by its templates, else the only one that has resources at all. */
export async function ownerOfUri(view: View, uri: string): Promise<Upstream> {
  const { resources, resourceTemplates } = await view.catalog();
  const listed = resources.get(uri);
  if (listed) return listed.upstream;
  for (const [template, { upstream }] of resourceTemplates) if (matchesTemplate(template, uri)) return upstream;
  const having = view.upstreams().filter((upstream) => isLoose(upstream.known()?.capabilities['resources']));
  const [only] = having;
  if (only && having.length === 1) return only;
  throw new UpstreamError(invalidParams, `Unknown resource: ${JSON.stringify(uri.slice(0, 200))}`, { uri: uri.slice(0, 200) });
}

/** Compares the fixed parts of a URI template in order: linear in the URI, whatever it holds. */
function matchesTemplate(template: string, uri: string): boolean {
  const parts = template.split(/\{[^}]*\}/);
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = index === 0 ? (uri.startsWith(part) ? 0 : -1) : uri.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return parts.at(-1) === '' || uri.endsWith(parts.at(-1) ?? '');
}

/** A method that the gateway does not know goes to the server of a view with one; with several nobody could say to which. */
async function unknown(view: View, request: UpstreamRequest): Promise<Loose> {
  const [only] = view.upstreams();
  if (view.upstreams().length !== 1 || !only || only.prefix === '')
    throw new UpstreamError(methodNotFound, `Method not found: ${request.method}`);
  return sendTo({ upstream: only, name: '', shown: {} }, request);
}
