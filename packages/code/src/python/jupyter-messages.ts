/** Jupyter messages (https://jupyter-client.readthedocs.io/en/stable/messaging.html) as events of a cell. */
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { CellEnd, CellEvent } from '../contexts/kernel.ts';

const bundle = z.record(z.string(), z.unknown());
const stream = z.looseObject({ name: z.enum(['stdout', 'stderr']).catch('stdout'), text: z.string() });
const display = z.looseObject({ data: bundle, transient: z.looseObject({ display_id: z.string().optional() }).optional() });
const failure = z.looseObject({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) });
const reply = z.looseObject({
  status: z.string().catch('error'),
  execution_count: z.int().optional().catch(undefined),
  ename: z.string().catch('error'),
  evalue: z.string().catch(''),
  payload: z.array(z.looseObject({ source: z.string().optional(), data: bundle.optional() })).catch([]),
  sandlot: z.looseObject({ cwd: z.string(), dropped: z.int(), late_dropped: z.int() }).optional().catch(undefined),
});

/** One published message; undefined for what shows nothing. Code can publish what it likes: what has not the right form is left out. */
export function toCellEvent(type: string, content: unknown): CellEvent | undefined {
  switch (type) {
    case 'stream': {
      const { data } = stream.safeParse(content);
      return data && { type, name: data.name, text: data.text };
    }
    case 'execute_result': {
      const { data } = display.safeParse(content);
      return data && { type: 'result', data: data.data };
    }
    case 'display_data':
    case 'update_display_data': {
      const { data } = display.safeParse(content);
      return data && { type: 'display', data: data.data, displayId: data.transient?.display_id, update: type === 'update_display_data' };
    }
    case 'error': {
      const { data } = failure.safeParse(content);
      return data && { type, name: data.ename, message: data.evalue, traceback: cleaned(data.traceback) };
    }
    case 'clear_output':
      return { type: 'clear' };
    default:
      return undefined;
  }
}

/** What the last message of a cell shows: help, as for `len?`, is meant for a pager; and an error that was not published. */
export function shownByReply(content: unknown, hasFailed: boolean): CellEvent[] {
  const { data } = reply.safeParse(content);
  const pages = (data?.payload ?? []).flatMap(({ source, data: page }) =>
    source === 'page' && page ? [{ type: 'display' as const, data: page, displayId: undefined, update: false }] : [],
  );
  if (!data || data.status === 'ok' || hasFailed) return pages;
  return [...pages, { type: 'error', name: data.ename, message: data.evalue, traceback: `${data.ename}: ${data.evalue}` }];
}

/** The last message of a cell. */
export function toCellEnd(content: unknown): CellEnd {
  const { data } = reply.safeParse(content);
  return {
    status: data?.status === 'ok' ? 'ok' : 'error',
    executionCount: data?.execution_count,
    dropped: data?.sandlot?.dropped ?? 0,
    lateDropped: data?.sandlot?.late_dropped ?? 0,
    cwd: data?.sandlot?.cwd || undefined,
  };
}

/** A traceback without colours and without the line of dashes above it. */
function cleaned(traceback: readonly string[]): string {
  return stripVTControlCharacters(traceback.join('\n'))
    .replace(/^-{20,}\n/, '')
    .trimEnd();
}
