/** The downstream side: an MCP server of the SDK without handlers of its own. Whatever comes is relayed, untyped. */
import type { Log } from '@sandlot/core';
import { ProtocolError, Server, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import { type Caller, envelopeKeys, type Loose } from '../upstreams/caller.ts';
import { UpstreamError } from '../upstreams/peer.ts';
import { modernEnvelope } from './envelope.ts';
import type { Guard } from './guard.ts';
import { levelPasses } from './log-level.ts';
import { searchInstructions } from './search/meta-tools.ts';
import { traced } from './traced.ts';
import type { View } from './view.ts';

/** Options of {@link createRelayServer}. */
export interface RelayOptions {
  readonly transport: 'tcp' | 'pipe';
  readonly maxRequestBytes: number;
  readonly guard: Guard;
  readonly log: Log;
}

/** Who the server is made for. */
export interface RelayClient {
  readonly principal: Principal;
  readonly era: 'legacy' | 'modern';
  /** True when the connection has a session, in which the client can be asked. */
  readonly session?: string;
  /** Least severity of the log messages that an old client asked for; whoever makes the server may read it. */
  readonly log?: { level?: string };
}

const looseResult = z.record(z.string(), z.unknown());
/** How long a client may take to answer what a server asks. */
export const askTimeoutMs = 10 * 60_000;

/** Makes the server for one connection, session or request. */
export async function createRelayServer(view: View, client: RelayClient, options: RelayOptions): Promise<Server> {
  const { capabilities, instructions, tools } = await view.catalog();
  const mayUse = (server: string) =>
    [...tools.values()].some(({ upstream, name }) => upstream.name === server && client.principal.allows(upstream.scopeOf(name)));
  const about = [
    ...(view.isSearched() ? [searchInstructions] : []),
    ...instructions.filter(({ server }) => mayUse(server)).map(({ text }) => text),
  ];
  const server = new Server(
    { name: view.name, title: view.title, version: view.version },
    { capabilities, ...(about.length > 0 && { instructions: about.join('\n\n') }) },
  );
  const log = client.log ?? {};
  // The SDK has a handler of its own for this one; levels are per session here.
  server.removeRequestHandler('logging/setLevel');
  server.fallbackRequestHandler = (request, ctx) => {
    if (request.method === 'logging/setLevel') log.level = String(request.params?.['level']);
    const { id } = ctx.mcpReq;
    return traced(
      view,
      { id, method: request.method, params: request.params ?? {} },
      toCaller(server, client, ctx, () => log.level),
      options,
    );
  };
  server.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === 'notifications/roots/list_changed') for (const upstream of view.upstreams()) upstream.notify(method, params ?? {});
  };
  return server;
}

function toCaller(server: Server, client: RelayClient, ctx: ServerContext, level: () => string | undefined): Caller {
  const { mcpReq } = ctx;
  const { inputResponses } = mcpReq;
  const version = server.getNegotiatedProtocolVersion();
  const requestState: unknown = mcpReq.requestState();
  const envelope: Loose = { ...(client.era === 'modern' ? mcpReq.envelope : legacyEnvelope(server, level() ?? 'debug')) };
  const least = client.era === 'modern' ? () => envelope[envelopeKeys.logLevel] : () => level() ?? 'debug';
  return {
    principal: client.principal.id,
    allows: (scope) => client.principal.allows(scope),
    era: client.era,
    ...(client.era === 'legacy' && version !== undefined && { protocolVersion: version }),
    envelope,
    signal: mcpReq.signal,
    ...(client.session !== undefined && { session: client.session }),
    ...(inputResponses && { inputResponses }),
    ...(typeof requestState === 'string' && { requestState }),
    notify(method, params) {
      if (method === 'notifications/message' && !levelPasses(params['level'], least())) return;
      void mcpReq.notify({ method, params }).catch(() => undefined);
    },
    ...(client.session !== undefined && {
      ask: async (method: string, params: Loose) => {
        try {
          return await mcpReq.send({ method, params }, looseResult, { timeout: askTimeoutMs, signal: mcpReq.signal });
        } catch (error) {
          throw error instanceof ProtocolError ? new UpstreamError(error.code, error.message, error.data) : error;
        }
      },
    }),
  };
}

/** An old client described as a new one. It gets log messages without asking for them in each request. */
export function legacyEnvelope(server: Server, logLevel: string): Loose {
  const info = server.getClientVersion();
  return {
    ...modernEnvelope(),
    ...(info && { [envelopeKeys.clientInfo]: info }),
    [envelopeKeys.clientCapabilities]: { ...server.getClientCapabilities() },
    [envelopeKeys.logLevel]: logLevel,
  };
}
