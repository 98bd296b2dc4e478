/** Reads calls out of a log: begin and end record joined to one object. */
import { z } from 'zod';
import { readLines } from './lines.ts';
import { parseRecord, readEnvelope } from './record.ts';

/** Which calls are wanted; every part that is given must fit. */
export interface CallFilter {
  /** Begun at this time or later. */
  readonly since?: Date | undefined;
  /** Begun before this time. */
  readonly until?: Date | undefined;
  readonly principal?: string | undefined;
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
  /** `ok`, `error`, `cancelled`, `denied`, or `open` for calls without an end. */
  readonly outcome?: string | undefined;
}

const beginSchema = z.looseObject({ ts: z.string(), principal: z.string(), server: z.string(), tool: z.string() });
const endSchema = z.looseObject({ ts: z.string(), outcome: z.string() });

/** A call as it is exported. */
export type ExportedCall = Record<string, unknown>;

/** Reads the calls of a log in the order in which they ended; those without an end come last. Does not check the log. */
export function* exportCalls(files: readonly string[], filter: CallFilter): Generator<ExportedCall, void, undefined> {
  const open = new Map<number, z.output<typeof beginSchema>>();
  for (const path of files) {
    for (const { bytes } of readLines(path)) {
      const record = readEnvelope(bytes);
      if (record?.type === 'begin') {
        const begin = parseRecord(bytes, beginSchema);
        if (begin && isWanted(begin, filter)) open.set(record.seq, begin);
      } else if (record?.type === 'end' && record.call !== undefined) {
        const begin = open.get(record.call);
        open.delete(record.call);
        const end = begin && parseRecord(bytes, endSchema);
        if (end && (filter.outcome ?? end.outcome) === end.outcome) yield joined(begin, end);
      }
    }
  }
  if ((filter.outcome ?? 'open') !== 'open') return;
  for (const begin of open.values()) yield joined(begin, { outcome: 'open' });
}

function isWanted(begin: z.output<typeof beginSchema>, filter: CallFilter): boolean {
  const ts = Date.parse(begin.ts);
  return (
    (filter.since === undefined || ts >= filter.since.getTime()) &&
    (filter.until === undefined || ts < filter.until.getTime()) &&
    (filter.principal ?? begin.principal) === begin.principal &&
    (filter.server ?? begin.server) === begin.server &&
    (filter.tool ?? begin.tool) === begin.tool
  );
}

function joined(begin: Record<string, unknown>, end: Record<string, unknown>): ExportedCall {
  const { v: _v, type: _type, prev: _prev, mono: _mono, ...facts } = begin;
  const { v: _v2, type: _type2, prev: _prev2, mono: _mono2, call: _call, seq: endSeq, ts: endTs, ...result } = end;
  return { ...facts, ...result, end_seq: endSeq, end_ts: endTs };
}
