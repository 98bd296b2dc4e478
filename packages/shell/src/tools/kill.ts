/** shell_kill: end or interrupt commands. */
import { type ToolContext, ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import type { Command } from '../sessions/command.ts';
import type { Sessions } from '../sessions/sessions.ts';

export const kill = defineTool({
  name: 'shell_kill',
  title: 'End a command',
  description: 'End a command with all its processes, or all of a session and forget the session. SIGINT only interrupts.',
  effect: 'destroy',
  idempotent: true,
  scope: 'shell:exec',
  input: z.object({
    process_id: z.string().optional().describe('This command'),
    session: z.string().min(1).optional().describe('Or every command of this session'),
    signal: z
      .enum(['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGSTOP', 'SIGCONT'])
      .default('SIGTERM')
      .describe('First signal'),
    grace_ms: z.int().min(0).max(60_000).default(2000).describe('Wait for the end; then SIGKILL, except after SIGINT'),
  }),
  output: z.object({
    ended: z.array(z.string()).describe('Process ids that have ended'),
    running: z.array(z.string()).describe('Those that have not'),
    survivors: z.array(z.int()).describe('Pids that could not be ended'),
  }),
  async run({ process_id: id, session, signal, grace_ms: graceMs }, ctx) {
    if ((id === undefined) === (session === undefined)) throw new ToolError('INVALID_ARGUMENT', 'Give process_id or session, one of them.');
    const commands = id === undefined ? ofSession(session ?? '', ctx) : [ctx.domain.commands.get(id, ctx.principal)];
    await Promise.all(commands.map((command) => deliver(command, signal, graceMs, ctx.signal)));
    if (session !== undefined && ending.has(signal)) ctx.domain.forget(session, ctx.principal);
    return {
      ended: commands.filter(({ status }) => status !== 'running').map(({ id: ended }) => ended),
      running: commands.filter(({ status }) => status === 'running').map(({ id: running }) => running),
      survivors: commands.flatMap(({ survivors }) => survivors),
    };
  },
  render({ ended, running, survivors }) {
    return (
      [
        ended.length > 0 ? `ended: ${ended.join(', ')}` : '',
        running.length > 0 ? `still running: ${running.join(', ')}` : '',
        survivors.length > 0 ? `pids that could not be ended: ${survivors.join(', ')}` : '',
      ]
        .filter(Boolean)
        .join('\n') || 'Nothing ran.'
    );
  },
});

const ending: ReadonlySet<string> = new Set(['SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGQUIT']);

function ofSession(name: string, ctx: ToolContext<Sessions>): Command[] {
  const known = ctx.domain.list(ctx.principal).some((session) => session.name === name);
  if (!known) throw new ToolError('NOT_FOUND', `No session "${name}".`, { advice: 'List what there is with shell_list.' });
  return ctx.domain.commands.list(ctx.principal).filter((command) => command.session.name === name && command.hasProcesses());
}

async function deliver(command: Command, signal: NodeJS.Signals, graceMs: number, caller: AbortSignal): Promise<void> {
  if (ending.has(signal)) return command.end(signal, graceMs);
  command.signal(signal);
  if (signal === 'SIGINT') await command.wait(graceMs, caller);
}
