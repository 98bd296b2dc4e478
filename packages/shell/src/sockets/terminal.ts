/** `/terminal`: a terminal to look at and type into, for a person. The README describes what goes over the wire. */
import { type SocketConnection, type SocketContext, socketDefiner, ToolError } from '@sandlot/core';
import { z } from 'zod';
import type { Command } from '../sessions/command.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { parseControl, sizeShape } from '../terminals/control.ts';
import { follow } from '../terminals/follow.ts';
import { isReply } from '../terminals/replies.ts';

const query = z.object({
  id: z.string().optional().describe('Terminal to come back to, or process_id of a command with tty; default a new terminal'),
  offset: z.coerce.number().int().min(0).optional().describe('With id: position of the first byte to show; default what is in memory'),
  cols: sizeShape.cols.default(80),
  rows: sizeShape.rows.default(24),
  command: z.string().min(1).default('exec "$BASH" -i').describe('What runs in a new terminal; default bash'),
  session: z.string().min(1).max(100).default('terminal').describe('Session of a new terminal, which gives folder and variables'),
  cwd: z.string().optional().describe('Folder of a new terminal'),
});

/** More typed text than this is not kept for a program that does not read. */
const mostUntaken = 1024 * 1024;

type Query = z.output<typeof query>;

/** The terminal. */
export const terminal = socketDefiner<Sessions>()({
  path: '/terminal',
  title: 'Terminal',
  scope: 'shell:exec',
  query,
  async open(input, ctx) {
    const command = input.id === undefined ? await openNew(input, ctx) : running(input.id, ctx);
    const { output } = command;
    const from = input.offset ?? output.kept;
    if (from > output.total) throw new ToolError('INVALID_ARGUMENT', `offset ${from} is past the end, which is at ${output.total}.`);
    return async (connection) => {
      using _viewer = ctx.domain.viewers.watch(command);
      listen(command, connection);
      await follow(command, from, connection);
    };
  },
});

async function openNew({ command: text, session, cwd, cols, rows }: Query, ctx: SocketContext<Sessions>): Promise<Command> {
  const { command } = await ctx.domain.exec({ command: text, session, cwd, terminal: { cols, rows }, maxOutput: 16_000 }, ctx, () =>
    Promise.resolve(),
  );
  ctx.domain.viewers.add(command);
  return command;
}

/** A terminal of the caller; one that has just ended is still shown. */
function running(id: string, { domain, principal }: SocketContext<Sessions>): Command {
  const command = domain.commands.get(id, principal);
  if (command.tty) return command;
  throw new ToolError('FAILED_PRECONDITION', `${id} has no terminal.`, { advice: 'Run the command with tty.' });
}

function type(command: Command, text: string): void {
  if (command.untakenBytes > mostUntaken)
    throw new ToolError(
      'RESOURCE_EXHAUSTED',
      `The program does not read what is typed: ${command.untakenBytes} bytes wait. These were dropped.`,
    );
  command.write(text);
}

function listen(command: Command, connection: SocketConnection): void {
  const decoder = new TextDecoder();
  connection.onMessage((message) => {
    if (command.status !== 'running') return;
    try {
      if (typeof message !== 'string') {
        if (!isReply(message)) type(command, decoder.decode(message, { stream: true }));
        return;
      }
      const control = parseControl(message);
      if (control.type === 'resize') command.resize(control.cols, control.rows);
      else void command.end('SIGHUP');
    } catch (error) {
      if (!ToolError.is(error)) throw error;
      void connection.send(JSON.stringify({ type: 'error', message: error.message }));
    }
  });
}
