/** What stands before every call of a tool, on MCP and REST alike: the audit trail. Scopes are looked at in `route.ts`. */
import { ToolError } from '@sandlot/core';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { CallEnd } from '../audit/call-record.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import type { Upstream, UpstreamRequest } from '../upstreams/upstream.ts';

/** A call that is about to run. */
export interface GuardedCall {
  readonly upstream: Pick<Upstream, 'name' | 'prefix'>;
  /** The upstream's own name of the tool. */
  readonly tool: string;
  /** The tool as clients see it. */
  readonly shown: Loose;
  readonly request: UpstreamRequest;
}

/** Records. */
export interface Guard {
  /** Runs an allowed call. @throws ToolError UNAVAILABLE when its begin cannot be recorded; it did not run then */
  run(call: GuardedCall, run: () => Promise<Loose>): Promise<Loose>;
  /** Records a call that the policy refused. */
  refuse(call: GuardedCall): Promise<void>;
}

/** Records nothing. */
export const openGuard: Guard = { run: (_, run) => run(), refuse: () => Promise.resolve() };

/** Records every call in the audit trail: its begin before it runs, its end after. */
export function auditGuard(trail: AuditTrail): Guard {
  return {
    async run(call, run) {
      const startedAt = performance.now();
      const entry = await trail.begin({ ...recordOf(call), decision: 'allow' });
      const end = (facts: Omit<CallEnd, 'durationMs'>) => entry.end({ ...facts, durationMs: performance.now() - startedAt });
      try {
        const result = await run();
        end(result['isError'] === true ? { outcome: 'error', errorCode: codeOfResult(result) } : { outcome: 'ok' });
        return result;
      } catch (error) {
        end(call.request.caller.signal.aborted ? { outcome: 'cancelled' } : { outcome: 'error', errorCode: codeOf(error) });
        throw error;
      }
    },
    async refuse(call) {
      const entry = await trail.begin({ ...recordOf(call), decision: 'deny' });
      entry.end({ outcome: 'denied', durationMs: 0 });
    },
  };
}

function recordOf({ upstream, tool, request }: GuardedCall) {
  const span = trace.getActiveSpan()?.spanContext();
  return {
    principal: request.caller.principal,
    server: upstream.name,
    tool,
    method: request.method,
    args: request.params['arguments'],
    ...(span && isSpanContextValid(span) && { traceId: span.traceId, spanId: span.spanId }),
  };
}

function codeOfResult(result: Loose): string {
  const error = objectAt(objectAt(result, '_meta'), 'sandlot.dev/error');
  return typeof error['code'] === 'string' ? error['code'] : 'tool_error';
}

function codeOf(error: unknown): string {
  if (ToolError.is(error)) return error.code;
  return isLoose(error) && typeof error['code'] === 'number' ? String(error['code']) : 'INTERNAL';
}
