/** What is recorded of a call. */
import { now, toMembers } from './record.ts';
import type { Redacted } from './redact.ts';

/** What is known when a call begins. */
export interface CallRecord {
  readonly principal: string;
  readonly server: string;
  readonly tool: string;
  /** How it came: `tools/call`, `POST /v1/…`. */
  readonly method: string;
  readonly args: unknown;
  /** What the policy said. A refused call has an end, too, with the outcome `denied`. */
  readonly decision: 'allow' | 'deny';
  readonly traceId?: string;
  readonly spanId?: string;
}

/** What is known when a call has ended. */
export interface CallEnd {
  readonly outcome: 'ok' | 'error' | 'cancelled' | 'denied';
  readonly errorCode?: string;
  /** Bytes that came meanwhile, where there is a stream. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly durationMs: number;
}

const mostNameCharacters = 256;

/** The members of a begin record. */
export function beginMembers(record: CallRecord, redacted: Redacted): string {
  return toMembers({
    ...now(),
    principal: short(record.principal),
    server: short(record.server),
    tool: short(record.tool),
    method: short(record.method),
    ...redacted,
    decision: record.decision,
    trace_id: record.traceId,
    span_id: record.spanId,
  });
}

/** The members of an end record. */
export function endMembers(call: number, end: CallEnd): string {
  const { ts, mono } = now();
  return toMembers({
    call,
    ts,
    mono,
    outcome: end.outcome,
    error_code: end.errorCode === undefined ? undefined : short(end.errorCode),
    bytes_in: end.bytesIn,
    bytes_out: end.bytesOut,
    dur_ms: Math.round(end.durationMs * 1000) / 1000,
  });
}

/** Names come from callers, too. */
function short(name: string): string {
  return name.length <= mostNameCharacters ? name : `${name.slice(0, mostNameCharacters)}…`;
}
