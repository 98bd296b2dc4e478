/** The contexts that there are, by their owners. */
import { type Log, ToolError } from '@sandlot/core';
import type { Context } from './context.ts';
import type { Runtime } from './kernel.ts';

/** Options of {@link ContextStore}. */
export interface ContextStoreOptions {
  /** Most contexts at once, over all principals. */
  readonly maxContexts: number;
  /** A context that was not used for this long is ended; 0 is never. */
  readonly idleMs: number;
  readonly log: Log;
}

/** Contexts by principal and id. */
export class ContextStore {
  readonly #options: ContextStoreOptions;
  readonly #contexts = new Map<string, Context>();
  /** Default contexts that have expired, until their owner was told. */
  readonly #expired = new Set<string>();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(options: ContextStoreOptions) {
    this.#options = options;
    const { idleMs } = options;
    if (idleMs > 0) this.#timer = setInterval(() => this.#endIdle(), Math.min(60_000, idleMs / 4)).unref();
  }

  /** How many there are. */
  get size(): number {
    return this.#contexts.size;
  }

  /** A principal's context; another principal's id answers like an unknown one. */
  find(id: string, principal: string): Context | undefined {
    return this.#contexts.get(keyOf(principal, id));
  }

  /** {@link find}; throws when there is none. */
  get(id: string, principal: string): Context {
    const context = this.find(id, principal);
    if (context) return context;
    const { idleMs } = this.#options;
    const expiry = idleMs > 0 ? ` A context ends after ${Math.round(idleMs / 60_000)} minutes without use.` : '';
    throw new ToolError('NOT_FOUND', `No context "${id}".${expiry}`, {
      advice: 'Make one with code_context_create, or leave context out for the default one.',
    });
  }

  /** Every principal's contexts. */
  all(): Context[] {
    return [...this.#contexts.values()];
  }

  /** A principal's contexts, the latest used first. */
  list(principal: string): Context[] {
    return [...this.#contexts.values()].filter((context) => context.principal === principal).toSorted((a, b) => b.usedAt - a.usedAt);
  }

  /** Keeps a new context. Throws when there are too many. */
  add(context: Context): void {
    const { maxContexts } = this.#options;
    if (this.#contexts.size >= maxContexts) {
      throw new ToolError('RESOURCE_EXHAUSTED', `There are ${maxContexts} contexts already, the most at once.`, {
        advice: 'End one with code_context_delete.',
      });
    }
    const key = keyOf(context.principal, context.id);
    if (this.#expired.delete(key)) context.lost = `it was not used for ${Math.round(this.#options.idleMs / 60_000)} minutes`;
    this.#contexts.set(key, context);
  }

  /** Ends contexts with all that they started. */
  async end(contexts: readonly Context[], reason: string): Promise<void> {
    for (const { principal, id } of contexts) this.#contexts.delete(keyOf(principal, id));
    await Promise.all(contexts.map((context) => context.end(reason)));
  }

  /** Ends all of them. */
  async endAll(): Promise<void> {
    clearInterval(this.#timer);
    await this.end([...this.#contexts.values()], 'the server ends');
  }

  #endIdle(): void {
    const { idleMs, log } = this.#options;
    const idle = [...this.#contexts.values()].filter(({ turns, usedAt }) => !turns.busy && Date.now() - usedAt > idleMs);
    for (const { principal, id, runtime } of idle) if (isDefault(id, runtime)) this.#expired.add(keyOf(principal, id));
    this.end(idle, 'it was not used').catch((error: unknown) => log.error('an idle context does not end', { error }));
  }
}

/** True for the context that is used when none is named. */
function isDefault(id: string, runtime: Runtime): boolean {
  return id === runtime;
}

function keyOf(principal: string, id: string): string {
  return `${principal}\0${id}`;
}
