/** The one form in which shell_exec, shell_read and shell_write answer. */
import type { Content } from '@sandlot/core';
import { z } from 'zod';
import type { Command } from '../sessions/command.ts';
import type { ScreenView } from '../sessions/screen.ts';
import { viewOutput } from '../sessions/view.ts';

/** The facts. */
export const facts = z.object({
  process_id: z.string().describe('For shell_read, _write, _kill'),
  session: z.string().optional().describe('Its name, if it has one'),
  status: z.enum(['running', 'exited', 'killed', 'timed_out']).describe('State of the command'),
  exit_code: z.int().optional().describe('Once exited'),
  signal: z.string().optional().describe('What killed it'),
  duration_ms: z.int().describe('Run time so far'),
  cwd: z.string().describe('Folder of the session'),
  waiting_for_input: z.boolean().optional().describe('tty: waits for typing; absent: unknown'),
  output_bytes: z.int().describe('Written in all'),
  omitted_bytes: z.int().describe('Left out of this text'),
  cursor: z.int().describe('Where the next read begins'),
  output_file: z.string().optional().describe('Has all output, if long'),
  survivors: z.array(z.int()).optional().describe('Pids of background children'),
});

/** The facts and what goes into the text. */
export type Answer = z.output<typeof facts> & { output: string; note: string };

/** Options of {@link answerFor}. */
export interface AnswerOptions {
  /** Position to show the output from. Default: after what was shown last. */
  from?: number | undefined;
  /** Characters of output. Default: as for the command's start. */
  maxOutput?: number | undefined;
  waitingForInput?: boolean | undefined;
  queuedMs?: number;
  /** A position that was asked for and that the output has not reached. */
  pastEnd?: number | undefined;
  /** Shown in the place of new output. */
  screen?: ScreenView | undefined;
}

/** Shows a command as it is now. */
export async function answerFor(command: Command, options: AnswerOptions = {}): Promise<Answer> {
  const { exit, status, survivors } = command;
  const view = await viewOutput(command.output, options.from ?? command.seen, options.maxOutput ?? command.maxOutput, status !== 'running');
  command.seen = view.cursor;
  return {
    process_id: command.id,
    ...(command.session.name !== '' && { session: command.session.name }),
    status,
    ...(typeof exit?.code === 'number' && { exit_code: exit.code }),
    ...(exit?.signal && { signal: exit.signal }),
    duration_ms: command.durationMs,
    cwd: command.cwd,
    ...(options.waitingForInput !== undefined && { waiting_for_input: options.waitingForInput }),
    output_bytes: command.output.total,
    omitted_bytes: view.omittedBytes,
    cursor: view.cursor,
    ...(command.output.file !== undefined && { output_file: command.output.file }),
    ...(survivors.length > 0 && { survivors }),
    output: options.screen?.text ?? view.text,
    note: noteFor(command, options),
  };
}

/** The output as it is, then one line about the state. */
export function render({ output, note }: Answer): Content[] {
  const status: Content = { type: 'text', text: `[${note}]` };
  return output === '' ? [status] : [{ type: 'text', text: output }, status];
}

function noteFor(command: Command, { waitingForInput, queuedMs = 0, screen, pastEnd }: AnswerOptions): string {
  const { exit, id, survivors, status } = command;
  const time = `${(command.durationMs / 1000).toFixed(command.durationMs < 10_000 ? 2 : 0)} s`;
  const first = {
    running: `running for ${time} as ${id}`,
    exited: `exit code ${exit?.code} after ${time}`,
    killed: `killed${exit?.signal ? ` by ${exit.signal}` : ''} after ${time}${command.reason === 'too_many_processes' ? ': it had too many processes' : ''}`,
    timed_out: `timed out after ${time}; all its processes were ended`,
  }[status];
  return [
    first,
    ...(waitingForInput ? ['waits for input: answer with shell_write'] : status === 'running' ? ['read on with shell_read'] : []),
    ...(survivors.length > 0
      ? [`still running as ${id}: pid ${survivors.slice(0, 20).join(', ')}${survivors.length > 20 ? ', …' : ''}`]
      : []),
    ...(status === 'running' || command.cwd === command.startCwd ? [] : [`now in ${command.cwd}`]),
    ...(status === 'exited' && !command.state ? ['the session keeps its earlier folder and variables'] : []),
    ...(screen ? [`cursor in row ${screen.row}, column ${screen.column}${screen.alternate ? ', full screen' : ''}`] : []),
    ...(screen?.title ? [`title ${JSON.stringify(screen.title)}`] : []),
    ...(pastEnd === undefined ? [] : [`cursor ${pastEnd} is past the end of the output, which is at ${command.output.total}`]),
    ...(queuedMs > 0 ? [`waited ${queuedMs} ms for the call before it`] : []),
  ].join('; ');
}
