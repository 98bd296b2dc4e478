/** Jupyter messages (https://jupyter-client.readthedocs.io/en/stable/messaging.html) as events of a cell. */
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { CellEnd, CellEvent } from '../contexts/kernel.ts';

const bundle = z.record(z.string(), z.unknown());
const stream = z.looseObject({ name: z.enum(['stdout', 'stderr']).catch('stdout'), text: z.string() });
const display = z.looseObject({ data: bundle, transient: z.looseObject({ display_id: z.string().optional() }).optional() });
const failure = z.looseObject({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) });
const reply = z.looseObject({
  status: z.string(),
  execution_count: z.int().nullish(),
  payload: z.array(z.looseObject({ source: z.string().optional(), data: bundle.optional() })).catch([]),
  sandlot: z.looseObject({ cwd: z.string(), dropped: z.int() }).optional(),
});

/** One published message; undefined for what shows nothing. */
export function toCellEvent(type: string, content: unknown): CellEvent | undefined {
  switch (type) {
    case 'stream':
      return { type, ...pick(stream.parse(content)) };
    case 'execute_result':
      return { type: 'result', data: display.parse(content).data };
    case 'display_data':
    case 'update_display_data': {
      const { data, transient } = display.parse(content);
      return { type: 'display', data, displayId: transient?.display_id, update: type === 'update_display_data' };
    }
    case 'error': {
      const { ename, evalue, traceback } = failure.parse(content);
      return { type, name: ename, message: evalue, traceback: cleaned(traceback) };
    }
    case 'clear_output':
      return { type: 'clear' };
    default:
      return undefined;
  }
}

/** What the last message of a cell shows: help, as for `len?`, is meant for a pager. */
export function pagesOf(content: unknown): CellEvent[] {
  const pages = reply.parse(content).payload.filter(({ source }) => source === 'page');
  return pages.flatMap(({ data }) => (data ? [{ type: 'display' as const, data, displayId: undefined, update: false }] : []));
}

/** The last message of a cell. */
export function toCellEnd(content: unknown): CellEnd {
  const { status, execution_count: count, sandlot } = reply.parse(content);
  return {
    status: status === 'ok' ? 'ok' : 'error',
    executionCount: count ?? undefined,
    dropped: sandlot?.dropped ?? 0,
    cwd: sandlot?.cwd || undefined,
  };
}

function pick({ name, text }: z.output<typeof stream>): { name: 'stdout' | 'stderr'; text: string } {
  return { name, text };
}

/** A traceback without colours and without the line of dashes above it. */
function cleaned(traceback: readonly string[]): string {
  return stripVTControlCharacters(traceback.join('\n')).replace(/^-{20,}\n/, '');
}
