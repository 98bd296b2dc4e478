/** The form in which code_execute answers. */
import type { Content } from '@sandlot/core';
import { z } from 'zod';
import type { Executed, Language } from '../contexts/execute.ts';
import type { Block } from '../outputs/blocks.ts';
import { language } from './schema.ts';

/** The facts. */
export const facts = z.object({
  context: z.string().describe('Its id'),
  language: language.describe('As asked'),
  status: z.enum(['ok', 'error', 'timed_out', 'interrupted', 'died']).describe('How it ended'),
  execution_count: z.int().optional().describe('Number of the cell in its kernel'),
  duration_ms: z.int().describe('Run time'),
  error_name: z.string().optional().describe('What it threw'),
  error_message: z.string().optional().describe('With these words'),
  died: z.string().optional().describe('Why the kernel and its state are gone'),
  state_lost: z.string().optional().describe('Why the state of earlier cells was gone at the start'),
  cwd: z.string().optional().describe('Folder of the context'),
  output_chars: z.int().describe('Written in all'),
  omitted_chars: z.int().describe('Left out of this answer'),
  output_file: z.string().optional().describe('Has all text, if long'),
  outputs: z
    .array(
      z.object({
        type: z.enum(['stdout', 'stderr', 'display', 'result', 'error', 'note', 'late']),
        mime: z.string(),
        file: z.string().optional(),
      }),
    )
    .describe('What each content block is; the last block is about the state'),
});

/** The facts and what goes into the text. */
export type Answer = z.output<typeof facts> & { blocks: readonly Block[]; note: string };

/** Shows an executed cell. */
export function answerFor(executed: Executed, asked: Language): Answer {
  const { context, status, end, durationMs, error, died, lost, blocks, outputFile } = executed;
  return {
    context: context.id,
    language: asked,
    status,
    ...(end?.executionCount !== undefined && { execution_count: end.executionCount }),
    duration_ms: durationMs,
    ...(error && { error_name: error.name, error_message: error.message.slice(0, 2000).toWellFormed() }),
    ...(died !== undefined && { died }),
    ...(lost !== undefined && { state_lost: lost }),
    ...(end?.cwd !== undefined && { cwd: end.cwd }),
    output_chars: executed.outputChars,
    omitted_chars: executed.omittedChars,
    ...(outputFile !== undefined && { output_file: outputFile }),
    outputs: blocks.map(({ type, mime, file }) => ({ type, mime, ...(file !== undefined && { file }) })),
    blocks,
    note: noteFor(executed),
  };
}

/** What was shown, in order, then one line about the state. */
export function render({ blocks, note }: Answer): Content[] {
  return [...blocks.map(({ content }) => content), { type: 'text', text: `[${note}]` }];
}

function noteFor({ context, status, durationMs, error, died, lost, caught, outputFile, omittedChars }: Executed): string {
  const time = `${(durationMs / 1000).toFixed(durationMs < 10_000 ? 2 : 0)} s`;
  const isScript = context.id.startsWith('once-');
  const memory =
    error && /MemoryError|allocation failed/i.test(`${error.name} ${error.message}`) ? ': out of memory; the limit is --memory-mb' : '';
  const exit = error?.name === 'SystemExit' && !isScript ? '; the kernel goes on, the state is kept' : '';
  const kept = caught ? ', it caught that and ended by itself, the state is kept' : ', the state is kept';
  const timedOut = isScript ? '; the script was ended' : died === undefined ? `; interrupted${kept}` : '';
  const first = {
    ok: `ok after ${time}`,
    error: `${error?.name ?? 'error'} after ${time}${memory}${exit}`,
    timed_out: `timed out after ${time}${timedOut}`,
    interrupted: `interrupted after ${time}${caught ? kept : ''}`,
    died: `the kernel died after ${time}`,
  }[status];
  const state = isScript ? '' : '; the state was lost, the next cell begins with a new kernel';
  return [
    first,
    ...(died === undefined ? [] : [`${died}${state}`]),
    ...(lost === undefined ? [] : [`the state of earlier cells was lost before this one: ${lost}`]),
    ...(outputFile === undefined ? [] : [`${omittedChars} characters left out; all text is in ${outputFile}`]),
    ...(context.id === context.runtime || isScript ? [] : [`context ${context.id}`]),
  ].join('; ');
}
