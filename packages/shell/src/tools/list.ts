/** shell_list: commands and sessions. */
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import type { Command } from '../sessions/command.ts';
import type { Session } from '../sessions/session.ts';
import { type Usage, usageOf } from '../sessions/usage.ts';

const mostNames = 50;

const process = z.object({
  process_id: z.string(),
  session: z.string().optional(),
  command: z.string(),
  status: z.string(),
  exit_code: z.int().optional(),
  pid: z.int(),
  age_ms: z.int(),
  cwd: z.string(),
  memory_bytes: z.int().optional(),
  ports: z.array(z.int()).optional(),
  unread_bytes: z.int(),
});

const session = z.object({ session: z.string(), cwd: z.string(), variables: z.array(z.string()) });

export const list = defineTool({
  name: 'shell_list',
  title: 'List commands and sessions',
  description: 'Running and lately ended commands, with memory and ports, and sessions with what they changed.',
  effect: 'read',
  scope: 'shell:read',
  input: z.object({}),
  output: z.object({
    processes: z.array(process).describe('The latest first; memory and ports of what lives, background children included'),
    sessions: z.array(session).describe(`With the names of changed variables, ${mostNames} at most`),
  }),
  run(_input, ctx) {
    const commands = ctx.domain.commands.list(ctx.principal);
    const living = commands.filter((command) => command.hasProcesses());
    const usage = usageOf(living.map(({ tree }) => tree));
    return Promise.resolve({
      processes: commands.map((command) => processRow(command, usage.get(command.tree))),
      sessions: ctx.domain.list(ctx.principal).map(sessionRow),
    });
  },
  render({ processes, sessions }) {
    return [...processes.map(processLine), ...sessions.map(sessionLine)].join('\n') || 'No commands and no sessions yet.';
  },
});

function processRow(command: Command, usage: Usage | undefined): z.output<typeof process> {
  const { session: own, exit } = command;
  return {
    process_id: command.id,
    ...(own.name !== '' && { session: own.name }),
    command: command.text.length > 200 ? `${command.text.slice(0, 200)}…` : command.text,
    status: command.status,
    ...(typeof exit?.code === 'number' && { exit_code: exit.code }),
    pid: command.tree.pid,
    age_ms: Date.now() - command.startedAt,
    cwd: command.cwd,
    ...(usage && { memory_bytes: usage.memoryBytes, ports: [...usage.ports] }),
    unread_bytes: command.output.total - command.seen,
  };
}

function sessionRow({ name, cwd, changedVariables }: Session): z.output<typeof session> {
  return { session: name, cwd, variables: changedVariables.slice(0, mostNames) };
}

function processLine(entry: z.output<typeof process>): string {
  return [
    entry.process_id,
    entry.exit_code === undefined ? entry.status : `${entry.status} ${entry.exit_code}`,
    `${Math.round(entry.age_ms / 1000)} s`,
    entry.session === undefined ? 'no session' : `session ${entry.session}`,
    ...(entry.memory_bytes === undefined ? [] : [`${(entry.memory_bytes / 1024 / 1024).toFixed(1)} MiB`]),
    ...(entry.ports && entry.ports.length > 0 ? [`port ${entry.ports.join(', ')}`] : []),
    `${entry.unread_bytes} bytes unread`,
    entry.cwd,
    JSON.stringify(entry.command),
  ].join('  ');
}

function sessionLine({ session: name, cwd, variables }: z.output<typeof session>): string {
  return `session ${name}  ${cwd}${variables.length > 0 ? `  changed: ${variables.join(', ')}` : ''}`;
}
