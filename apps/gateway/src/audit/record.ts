/**
 * The line format. Every record is one line of JSON: `{"v":1,"seq":…,"type":"…",…,"prev":"…"}`, in which `prev` is the SHA-256 of the
 * exact line before it, newline included, so that `sed -n 5p FILE | sha256sum` gives the `prev` of line 6.
 */
import { hash } from 'node:crypto';
import { z } from 'zod';

/** The `prev` of the first record of a log. */
export const zeroHash = '0'.repeat(64);

/** What the first record of every file and of every run says. */
export const genesisSchema = z.object({
  ts: z.string(),
  cause: z.enum(['new', 'restart', 'rotation']),
  run: z.string(),
  origin: z.string(),
  version: z.string(),
  config_sha256: z.string().optional(),
  key: z.string(),
  args_hash: z.enum(['sha256', 'hmac-sha256']),
  checkpoint_records: z.number().int().positive(),
  checkpoint_ms: z.number().int().positive(),
  previous: z.object({ file: z.string(), size: z.number().int(), head: z.string(), closed: z.boolean() }).optional(),
  torn: z.array(z.object({ file: z.string(), bytes: z.number().int(), sha256: z.string() })).optional(),
});

/** The first record of a file or a run. */
export type Genesis = z.output<typeof genesisSchema>;

/** What a checkpoint record says. */
export const checkpointSchema = z.object({ reason: z.enum(['start', 'count', 'time', 'rotation', 'prune', 'close']), note: z.string() });

/** Why a checkpoint was written. */
export type CheckpointReason = z.output<typeof checkpointSchema>['reason'];

/** What is said before old files are removed: all records below `size` went, the last of them had the hash `head`. */
export const prunedSchema = z.object({ files: z.array(z.string()), size: z.number().int(), head: z.string() });

/** The parts of a record that the chain is made of. */
export interface Envelope {
  readonly seq: number;
  readonly type: string;
  /** For an end record: the `seq` of its begin record. */
  readonly call: number | undefined;
  readonly prev: string;
}

const headPattern = /^\{"v":1,"seq":(0|[1-9]\d{0,14}),"type":"([a-z]{1,16})",(?:"call":(\d{1,15}),)?/;
const tailPattern = /^,"prev":"([0-9a-f]{64})"\}\n$/;
const headLength = 80;
const tailLength = 76;

/** Writes a record; `members` is JSON without its outer braces. */
export function toLine(seq: number, type: string, members: string, prev: string): string {
  return `{"v":1,"seq":${seq},"type":"${type}",${members},"prev":"${prev}"}\n`;
}

/** The members of a flat object as JSON without its outer braces; undefined ones are left out. */
export function toMembers(facts: Record<string, unknown>): string {
  return JSON.stringify(facts).slice(1, -1);
}

/** The facts that every record begins with: the time, and microseconds on a clock that nobody can set. */
export function now(): { ts: string; mono: number } {
  return { ts: new Date().toISOString(), mono: Math.round(performance.now() * 1000) };
}

/** SHA-256 of a line, its newline included. */
export function hashLine(line: string | Buffer): string {
  return hash('sha256', line);
}

/** Reads the envelope of a line with its newline without parsing the rest. Undefined: this is no record. */
export function readEnvelope(line: Buffer): Envelope | undefined {
  const head = headPattern.exec(line.toString('latin1', 0, headLength));
  const tail = tailPattern.exec(line.toString('latin1', Math.max(0, line.length - tailLength)));
  const [, seq, type, call] = head ?? [];
  const prev = tail?.[1];
  if (seq === undefined || type === undefined || prev === undefined) return undefined;
  return { seq: Number(seq), type, call: call === undefined ? undefined : Number(call), prev };
}

/** Parses a whole record of a known type. Undefined: it has not that shape. */
export function parseRecord<T extends z.ZodType>(line: Buffer, schema: T): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(line.toString())).data;
  } catch {
    return undefined;
  }
}
