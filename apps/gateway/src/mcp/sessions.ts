/** Sessions of clients before 2026-07-28: each with a server of its own, bound to its principal, ended when idle. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ToolError } from '@sandlot/core';
import { type Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import type { Principal } from '../auth/principal.ts';
import type { UpstreamChange } from '../upstreams/upstream.ts';
import type { Answer } from './direct-call.ts';
import { createRelayServer, legacyEnvelope, type RelayOptions } from './relay-server.ts';
import { notAllowed, ownerOfUri } from './route.ts';
import { SessionCalls } from './session-calls.ts';
import type { View } from './view.ts';
import type { Views } from './views.ts';

/** Limits of sessions. */
export interface SessionLimits {
  /** A session without requests for this long ends, in milliseconds. */
  readonly idleMs: number;
  /** Sessions at once, and open listen streams of newer clients at once. */
  readonly max: number;
}

interface Session {
  readonly server: Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly calls: SessionCalls;
  /** The view at the URL on which it was opened. */
  readonly view: View;
  readonly principal: Principal;
  /** Resources that the client wants to hear of, with what ends it upstream. */
  readonly subscriptions: Map<string, () => Promise<void>>;
  timer: NodeJS.Timeout;
  /** Requests and calls under way. */
  open: number;
}

/** The sessions of all views. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #options: RelayOptions;
  readonly #limits: SessionLimits;
  readonly #stopListening: () => void;

  constructor(views: Views, options: RelayOptions, limits: SessionLimits) {
    this.#options = options;
    this.#limits = limits;
    this.#stopListening = views.onChange((change) => this.#changed(change));
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Takes a plain call of an old client; undefined leaves it to {@link fetch}. */
  call(headers: Pick<Headers, 'get'>, view: View, principal: Principal, body: unknown): Answer | undefined {
    const session = this.#find(headers, view, principal);
    const answer = session?.calls.call(headers, body);
    return session && answer && ((outgoing) => this.#hold(session, () => answer(outgoing)));
  }

  /** Answers a request of an old client. */
  async fetch(request: Request, view: View, principal: Principal, body: unknown): Promise<Response> {
    const session = this.#find(request.headers, view, principal);
    if (!session && request.headers.has('mcp-session-id')) {
      // A session of another principal, of other rights or of another URL answers like an unknown one; 404 tells the client to initialize again.
      return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_001, message: 'Session not found' } }, { status: 404 });
    }
    if (session) return this.#use(session, request, body);
    return this.#open(request, view, principal, body);
  }

  async close(): Promise<void> {
    this.#stopListening();
    await Promise.all([...this.#sessions.keys()].map((id) => this.#end(id)));
  }

  /** A first request without `initialize` is served for itself, without a session. */
  async #open(request: Request, view: View, principal: Principal, body: unknown): Promise<Response> {
    const opens = Array.isArray(body) ? body.some(isInitialize) : isInitialize(body);
    if (opens) this.#checkRoom(principal);
    const id = randomUUID();
    const log: { level?: string } = {};
    const server = await createRelayServer(view, { principal, era: 'legacy', ...(opens && { session: id }), log }, this.#options);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: opens ? () => id : undefined,
      maxRequestBodySize: this.#options.maxRequestBytes,
      onsessionclosed: (closed) => void this.#end(closed),
    });
    await server.connect(transport);
    if (!opens) return transport.handleRequest(request, { parsedBody: body });
    const session: Session = {
      server,
      transport,
      calls: new SessionCalls(
        {
          id,
          view,
          principal,
          version: () => server.getNegotiatedProtocolVersion(),
          envelope: () => legacyEnvelope(server, log.level ?? 'debug'),
          level: () => log.level ?? 'debug',
        },
        this.#options,
      ),
      view,
      principal,
      subscriptions: new Map(),
      timer: setTimeout(() => undefined, 0),
      open: 0,
    };
    this.#sessions.set(id, session);
    this.#subscribing(session);
    return this.#use(session, request, body);
  }

  /** @throws ToolError RESOURCE_EXHAUSTED when there is no room for one more session, or not for this caller */
  #checkRoom({ id, limits: { sessions } }: Principal): void {
    const advice = 'End one with DELETE, or wait until one is idle.';
    if (this.#sessions.size >= this.#limits.max)
      throw new ToolError('RESOURCE_EXHAUSTED', `There are already ${this.#limits.max} MCP sessions.`, { advice });
    if (sessions === 0 || this.#sessions.size < sessions) return;
    const own = [...this.#sessions.values()].filter(({ principal }) => principal.id === id).length;
    if (own >= sessions)
      throw new ToolError('RESOURCE_EXHAUSTED', `This caller has ${own} MCP sessions already, the most it may have.`, { advice });
  }

  #find(headers: Pick<Headers, 'get'>, view: View, principal: Principal): Session | undefined {
    const session = this.#sessions.get(headers.get('mcp-session-id') ?? '');
    return session && isSame(session.principal, principal) && session.view.key === view.key ? session : undefined;
  }

  #use(session: Session, request: Request, body: unknown): Promise<Response> {
    const { calls, transport } = session;
    return this.#hold(session, async () => {
      if (request.method === 'POST' && calls.take(request.headers, body)) return new Response(null, { status: 202 });
      return transport.handleRequest(request, body === undefined ? {} : { parsedBody: body });
    });
  }

  /** A session does not end while something runs in it. */
  async #hold<T>(session: Session, run: () => Promise<T>): Promise<T> {
    clearTimeout(session.timer);
    session.open++;
    try {
      return await run();
    } finally {
      session.open--;
      this.#armIdle(session);
    }
  }

  #armIdle(session: Session): void {
    clearTimeout(session.timer);
    session.timer = setTimeout(() => {
      const { sessionId } = session.transport;
      if (session.open > 0) this.#armIdle(session);
      else if (sessionId !== undefined) void this.#end(sessionId);
    }, this.#limits.idleMs);
    session.timer.unref();
  }

  /** Subscriptions of a session are the gateway's own upstream: it knows whom to tell. */
  #subscribing(session: Session): void {
    const relay = session.server.fallbackRequestHandler;
    session.server.fallbackRequestHandler = async (request, ctx) => {
      const uri = String(request.params?.['uri']);
      if (request.method === 'resources/subscribe') {
        const upstream = await ownerOfUri(session.view, uri);
        if (!session.principal.allows(upstream.scopeOf(''))) throw notAllowed();
        if (!session.subscriptions.has(uri)) session.subscriptions.set(uri, await upstream.subscribe(uri));
        return {};
      }
      if (request.method === 'resources/unsubscribe') {
        await session.subscriptions.get(uri)?.();
        session.subscriptions.delete(uri);
        return {};
      }
      if (!relay) return {};
      // The answer is a stream: the call goes on after the request was handled.
      session.open++;
      try {
        return await relay(request, ctx);
      } finally {
        session.open--;
      }
    };
  }

  #changed({ method, params }: UpstreamChange): void {
    for (const { server, subscriptions } of this.#sessions.values()) {
      if (method === 'notifications/resources/updated' && !subscriptions.has(String(params['uri']))) continue;
      void server.notification({ method, params }).catch(() => undefined);
    }
  }

  async #end(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (!session) return;
    this.#sessions.delete(id);
    clearTimeout(session.timer);
    session.calls.close();
    await Promise.all([...session.subscriptions.values()].map((end) => end().catch(() => undefined)));
    for (const upstream of session.view.upstreams()) upstream.endSession?.(id);
    await session.server.close();
  }
}

/** What a session may do was settled when it was opened: a credential of the same caller that may do more or less needs another one. */
function isSame(opener: Principal, caller: Principal): boolean {
  return opener.id === caller.id && isDeepStrictEqual(opener.scopes, caller.scopes);
}

function isInitialize(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'method' in message && message.method === 'initialize';
}
