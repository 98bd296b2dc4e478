/** What one client of the relay has: contexts, targets, sessions. Everything else does not exist for it. */
import { type Incoming, targetIn, type TargetInfo, targetSchema, text } from './messages.ts';
import type { RelayEnv } from './relay.ts';
import type { Upstream } from './upstream.ts';

export class Owned {
  /** Contexts that the client made itself; the browser drops them with the connection. */
  readonly made = new Set<string>();
  /** Windows that the client was told of. */
  readonly windows = new Set<number>();
  readonly #contextId: string;
  readonly #upstream: Upstream;
  readonly #seen = new Set<string>();
  /** Targets that the client opened, with what they opened. */
  readonly #opened = new Set<string>();
  /** Target of each session; undefined for a session with the browser as a whole. */
  readonly #sessions = new Map<string, string | undefined>();
  /** Sessions with the browser that the client has asked for. */
  #browserSessions = 0;

  constructor({ contextId }: RelayEnv, upstream: Upstream) {
    this.#contextId = contextId;
    this.#upstream = upstream;
  }

  hasContext(id: string | undefined): boolean {
    return id !== undefined && (id === this.#contextId || this.made.has(id));
  }

  /** Asks the browser whose a target is. */
  async hasTarget(targetId: string): Promise<boolean> {
    const { result } = await this.#upstream.ask('Target.getTargetInfo', { targetId });
    return this.hasContext(targetIn(result)?.browserContextId);
  }

  hasSession(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  /** The page of a session; undefined for one with the browser as a whole. */
  targetOf(sessionId: string): string | undefined {
    return this.#sessions.get(sessionId);
  }

  opened(targetId: string): void {
    this.#opened.add(targetId);
  }

  /** True for a target that the client opened itself: there it may do what would get into the way of others elsewhere. */
  hasOpened(targetId: string | undefined): boolean {
    return targetId !== undefined && this.#opened.has(targetId);
  }

  /** The targets of the client, from a list of all. */
  pick(targets: unknown): TargetInfo[] {
    const all = Array.isArray(targets) ? targets.flatMap((target) => targetSchema.safeParse(target).data ?? []) : [];
    return all.filter(({ browserContextId }) => this.hasContext(browserContextId));
  }

  /** Remembers a session that the client asked for. */
  attached(sessionId: string, targetId: string): void {
    this.#sessions.set(sessionId, targetId);
  }

  /** The client asks for a session with the browser, which the next event is about. */
  expectBrowserSession(): void {
    this.#browserSessions++;
  }

  /** True when the client may hear of the event. */
  sees({ method, params, sessionId }: Incoming): boolean {
    if (sessionId !== undefined && !this.#sessions.has(sessionId)) return false;
    if (method === 'Target.attachedToTarget') return this.#attachedTo(params ?? {}, sessionId);
    if (method === 'Target.detachedFromTarget') return this.#sessions.delete(text(params, 'sessionId') ?? '');
    if (method === 'Target.targetCreated' || method === 'Target.targetInfoChanged') return this.#described(targetIn(params));
    if (method === 'Target.targetDestroyed' || method === 'Target.targetCrashed') return this.#seen.has(text(params, 'targetId') ?? '');
    return true;
  }

  #described(target: TargetInfo | undefined): boolean {
    if (!target || !this.hasContext(target.browserContextId)) return false;
    this.#seen.add(target.targetId);
    const { openerId, browserContextId = '' } = target;
    if (this.made.has(browserContextId) || this.hasOpened(openerId)) this.#opened.add(target.targetId);
    return true;
  }

  /** Somebody else's target must not wait for this client, nor be heard by it. */
  #attachedTo(params: Record<string, unknown>, parent: string | undefined): boolean {
    const target = targetIn(params);
    const sessionId = text(params, 'sessionId') ?? '';
    if (target?.type === 'browser' && this.#browserSessions > 0) {
      this.#browserSessions--;
      this.#sessions.set(sessionId, undefined);
      return true;
    }
    // What is attached below a page (a frame, a worker) belongs to the page's owner.
    const page = parent === undefined ? undefined : this.#sessions.get(parent);
    if (target && (page !== undefined || this.#described(target))) {
      if (this.hasOpened(page)) this.#opened.add(target.targetId);
      this.#sessions.set(sessionId, target.targetId);
      return true;
    }
    void this.#upstream.ask('Runtime.runIfWaitingForDebugger', {}, sessionId);
    void this.#upstream.ask('Target.detachFromTarget', { sessionId }, parent);
    return false;
  }
}
