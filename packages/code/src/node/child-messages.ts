/** Messages of a JavaScript context as events of a cell. */
import { z } from 'zod';
import type { CellEnd, CellEvent } from '../contexts/kernel.ts';

const event = z.discriminatedUnion('event', [
  z.object({ event: z.literal('stream'), name: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({ event: z.literal('display'), data: z.record(z.string(), z.unknown()) }),
  z.object({ event: z.literal('result'), data: z.record(z.string(), z.unknown()) }),
  z.object({ event: z.literal('error'), name: z.string(), message: z.string(), traceback: z.string() }),
]);
const end = z.object({
  status: z.enum(['ok', 'error']),
  count: z.int(),
  dropped: z.int(),
  lateDropped: z.int(),
  cwd: z.string().optional(),
});

/** One message; undefined for what is none. */
export function toCellEvent(message: Readonly<Record<string, unknown>>): CellEvent | undefined {
  const { data: parsed } = event.safeParse(message);
  if (!parsed) return undefined;
  switch (parsed.event) {
    case 'stream':
      return { type: 'stream', name: parsed.name, text: parsed.text };
    case 'display':
      return { type: 'display', data: parsed.data, displayId: undefined, update: false };
    case 'result':
      return { type: 'result', data: parsed.data };
    case 'error':
      return { type: 'error', name: parsed.name, message: parsed.message, traceback: parsed.traceback };
    default:
      return undefined;
  }
}

/** The last message of a cell; undefined for what is none: a cell may write to any descriptor. */
export function toCellEnd(message: Readonly<Record<string, unknown>>): CellEnd | undefined {
  const { data } = end.safeParse(message);
  return data && { status: data.status, executionCount: data.count, dropped: data.dropped, lateDropped: data.lateDropped, cwd: data.cwd };
}
