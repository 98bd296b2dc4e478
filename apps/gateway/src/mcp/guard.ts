/** What stands before every call of a tool, on MCP and REST alike: the audit trail. Scopes are looked at in `route.ts`. */
import { ToolError } from '@sandlot/core';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { CallEnd, CallRecord } from '../audit/call-record.ts';
import type { AuditEntry, AuditTrail } from '../audit/trail.ts';
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
  /** Records that something begins which is no call of a tool, such as a WebSocket. @throws ToolError UNAVAILABLE as `run` */
  begin(record: GuardedRecord): Promise<Pick<AuditEntry, 'end'>>;
  /** Records that such a thing was refused. */
  deny(record: GuardedRecord): Promise<void>;
}

/** What is recorded of something that is no call of a tool. */
export type GuardedRecord = Pick<CallRecord, 'principal' | 'server' | 'tool' | 'method' | 'args'>;

/** Records nothing. */
export const openGuard: Guard = {
  run: (_, run) => run(),
  refuse: () => Promise.resolve(),
  begin: () => Promise.resolve({ end: () => undefined }),
  deny: () => Promise.resolve(),
};

/** Records every call in the audit trail: its begin before it runs, its end after. */
export function auditGuard(trail: AuditTrail): Guard {
  const deny = async (record: GuardedRecord) => {
    const entry = await trail.begin({ ...record, ...traceIds(), decision: 'deny' });
    entry.end({ outcome: 'denied', durationMs: 0 });
  };
  return {
    deny,
    begin: (record) => trail.begin({ ...record, ...traceIds(), decision: 'allow' }),
    async run(call, run) {
      const startedAt = performance.now();
      const entry = await trail.begin({ ...recordOf(call), ...traceIds(), decision: 'allow' });
      const end = (facts: Omit<CallEnd, 'durationMs'>) => entry.end({ ...facts, durationMs: performance.now() - startedAt });
      try {
        const result = await run();
        const bytesOut = Buffer.byteLength(JSON.stringify(result));
        end(result['isError'] === true ? { outcome: 'error', errorCode: codeOfResult(result), bytesOut } : { outcome: 'ok', bytesOut });
        return result;
      } catch (error) {
        end(call.request.caller.signal.aborted ? { outcome: 'cancelled' } : { outcome: 'error', errorCode: codeOf(error) });
        throw error;
      }
    },
    refuse: (call) => deny(recordOf(call)),
  };
}

function traceIds(): Pick<CallRecord, 'traceId' | 'spanId'> {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : {};
}

function recordOf({ upstream, tool, request }: GuardedCall): GuardedRecord {
  return {
    principal: request.caller.principal,
    server: upstream.name,
    tool,
    method: request.method,
    args: request.params['arguments'],
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
