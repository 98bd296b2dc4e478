/** shell_list: commands and sessions. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';

export const list = defineTool({
  name: 'shell_list',
  title: 'List commands and sessions',
  description: 'Running and lately ended commands, and sessions with what they changed.',
  effect: 'read',
  scope: 'shell:read',
  input: z.object({}),
  output: z.object({
    processes: z
      .array(
        z.object({
          process_id: z.string(),
          session: z.string(),
          command: z.string(),
          status: z.string(),
          exit_code: z.int().optional(),
          pid: z.int(),
          age_ms: z.int(),
          unread_bytes: z.int(),
        }),
      )
      .describe('The latest first'),
    sessions: z
      .array(z.object({ session: z.string(), cwd: z.string(), variables: z.array(z.string()) }))
      .describe('With the names of changed variables'),
  }),
  run(_input, ctx) {
    return Promise.resolve({
      processes: ctx.domain.commands.list(ctx.principal).map((command) => ({
        process_id: command.id,
        session: command.session.name,
        command: command.text.length > 200 ? `${command.text.slice(0, 200)}…` : command.text,
        status: command.status,
        ...(typeof command.exit?.code === 'number' && { exit_code: command.exit.code }),
        pid: command.tree.pid,
        age_ms: Date.now() - command.startedAt,
        unread_bytes: command.output.total - command.seen,
      })),
      sessions: ctx.domain
        .list(ctx.principal)
        .map(({ name, cwd, changedVariables }) => ({ session: name, cwd, variables: changedVariables })),
    });
  },
  render({ processes, sessions }) {
    return (
      [
        ...processes.map((entry) =>
          [
            entry.process_id,
            entry.exit_code === undefined ? entry.status : `${entry.status} ${entry.exit_code}`,
            `${Math.round(entry.age_ms / 1000)} s`,
            `session ${entry.session}`,
            `${entry.unread_bytes} bytes unread`,
            JSON.stringify(entry.command),
          ].join('  '),
        ),
        ...sessions.map(
          (entry) =>
            `session ${entry.session}  ${entry.cwd}${entry.variables.length > 0 ? `  changed: ${entry.variables.join(', ')}` : ''}`,
        ),
      ].join('\n') || 'No commands and no sessions yet.'
    );
  },
});
