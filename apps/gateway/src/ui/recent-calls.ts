/** The calls that are under way and the last that ended, in memory, for people who watch. */
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { ToolError } from '@sandlot/core';
import type { Guard } from '../mcp/guard.ts';

/** A call of a tool. */
export interface RecentCall {
  readonly id: number;
  readonly principal: string;
  readonly server: string;
  readonly tool: string;
  /** ISO 8601. */
  readonly started_at: string;
  readonly trace_id?: string;
  duration_ms?: number;
  /** Unset while it runs. */
  outcome?: 'ok' | 'error' | 'cancelled' | 'denied';
  error?: string;
}

const most = 200;

/** Keeps them. */
export class RecentCalls {
  readonly #running = new Set<RecentCall>();
  readonly #ended: RecentCall[] = [];
  #count = 0;

  /** The newest first: those that run, then those that have ended. @param principal whose; default everybody's */
  list(principal?: string): readonly RecentCall[] {
    const all = [...[...this.#running].toReversed(), ...this.#ended.toReversed()];
    return all.filter((call) => principal === undefined || call.principal === principal);
  }

  /** Watches the calls that go through a guard. */
  watch(guard: Guard): Guard {
    return {
      ...guard,
      run: async (call, run) => {
        const { caller } = call.request;
        const entry = this.#begin(caller.principal, call.upstream.name, call.tool);
        const startedAt = performance.now();
        const end = (outcome: RecentCall['outcome'], error?: string) => this.#end(entry, performance.now() - startedAt, outcome, error);
        try {
          const result = await guard.run(call, run);
          end(result['isError'] === true ? 'error' : 'ok');
          return result;
        } catch (error) {
          end(caller.signal.aborted ? 'cancelled' : 'error', ToolError.is(error) ? error.code : undefined);
          throw error;
        }
      },
      refuse: async (call) => {
        this.#end(this.#begin(call.request.caller.principal, call.upstream.name, call.tool), 0, 'denied');
        await guard.refuse(call);
      },
    };
  }

  #begin(principal: string, server: string, tool: string): RecentCall {
    const span = trace.getActiveSpan()?.spanContext();
    const entry: RecentCall = {
      id: ++this.#count,
      principal,
      server,
      tool,
      started_at: new Date().toISOString(),
      ...(span && isSpanContextValid(span) && { trace_id: span.traceId }),
    };
    this.#running.add(entry);
    return entry;
  }

  #end(entry: RecentCall, durationMs: number, outcome: RecentCall['outcome'], error?: string): void {
    this.#running.delete(entry);
    Object.assign(entry, { duration_ms: Math.round(durationMs * 10) / 10, outcome, ...(error !== undefined && { error }) });
    this.#ended.push(entry);
    if (this.#ended.length > most) this.#ended.shift();
  }
}
