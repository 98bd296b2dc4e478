/**
 * Refuses on HTTP what the caller's scopes do not cover: 403 with a challenge that names the scopes, as the authorization part of MCP asks
 * for ("step-up"). Inside the protocol there is no such answer, so this comes before it. Lists are not refused: they show less.
 */
import type { Principal } from '../auth/principal.ts';
import { requireScopes } from '../auth/scopes.ts';
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import type { Guard } from './guard.ts';
import { ownerOfUri } from './route.ts';
import { unwrapped } from './search/search-mode.ts';
import type { View } from './view.ts';

/** What a message would reach. */
interface Reached {
  readonly upstream: Upstream;
  /** The upstream's own name of a tool; empty for its prompts and resources. */
  readonly tool: string;
}

/**
 * Checks every message of a body.
 *
 * @throws ToolError PERMISSION_DENIED with `data.scopes`; the refusal is recorded
 */
export async function stepUp(view: View, body: unknown, caller: Principal, guard: Guard): Promise<void> {
  for (const message of Array.isArray(body) ? body : [body]) {
    if (!isLoose(message) || typeof message['method'] !== 'string') continue;
    const { method } = message;
    const params = unwrapped(view, method, objectAt(message, 'params'));
    // What cannot be found is answered inside the protocol.
    const reached = await find(view, method, params).catch(() => undefined);
    if (!reached) continue;
    const scope = reached.upstream.scopeOf(reached.tool);
    if (caller.allows(scope)) continue;
    const { upstream, tool } = reached;
    const args = method === 'tools/call' ? params['arguments'] : params;
    await guard.deny({ principal: caller.id, server: upstream.name, tool: tool === '' ? method : tool, method, args });
    requireScopes(caller, [scope]);
  }
}

async function find(view: View, method: string, params: Loose): Promise<Reached | undefined> {
  const ref = objectAt(params, 'ref');
  switch (method) {
    case 'tools/call': {
      const target = (await view.catalog()).tools.get(String(params['name']));
      return target && { upstream: target.upstream, tool: target.name };
    }
    case 'prompts/get':
      return prompt(view, params['name']);
    case 'completion/complete':
      return typeof ref['uri'] === 'string' ? resource(view, ref['uri']) : prompt(view, ref['name']);
    case 'resources/read':
    case 'resources/subscribe':
      return resource(view, params['uri']);
    default:
      return undefined;
  }
}

async function prompt(view: View, name: unknown): Promise<Reached | undefined> {
  const target = (await view.catalog()).prompts.get(String(name));
  return target && { upstream: target.upstream, tool: '' };
}

async function resource(view: View, uri: unknown): Promise<Reached> {
  return { upstream: await ownerOfUri(view, String(uri)), tool: '' };
}
