/** MCP server: run commands and terminals, with state that carries over. */
import { defineServer } from '@sandlot/core';
import { z } from 'zod';
import type { Sessions } from './sessions/sessions.ts';
import { terminal } from './sockets/terminal.ts';
import { tools } from './tools/index.ts';

const list = z.preprocess((value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value), z.array(z.string().trim()));

const count = z.coerce.number().int().min(0);

/** The shell server. */
export const shell = defineServer({
  name: 'shell',
  title: 'Shell',
  version: '0.1.0',
  description: 'Run commands and terminals, with a folder, variables and functions that carry over.',
  instructions:
    'Run commands with shell_exec. A command that is still running keeps its process_id: shell_read follows it, shell_kill ends it. A program that asks questions needs tty: true and is answered with shell_write.',
  options: {
    shell: { description: 'Path of bash', schema: z.string().default('/bin/bash'), placeholder: 'PATH' },
    passEnv: {
      description:
        "Names of the server's environment variables that commands get as well, by commas; NAME* takes every name that starts so",
      schema: list.default([]),
      placeholder: 'NAMES',
    },
    maxProcesses: { description: 'Commands that run at once', schema: z.coerce.number().int().min(1).default(256), placeholder: 'N' },
    wallSeconds: {
      description: 'Seconds after which a command is ended with everything it started; 0 = no limit',
      schema: count.max(2_147_483).default(0),
      placeholder: 'N',
    },
    cpuSeconds: { description: 'CPU seconds of one process of a command; 0 = no limit', schema: count.default(0), placeholder: 'N' },
    memoryMb: {
      description: 'Address space of one process of a command, in MiB; 0 = no limit',
      schema: count.default(0),
      placeholder: 'N',
    },
    fileMb: { description: 'Size of a file that a command writes, in MiB; 0 = no limit', schema: count.default(0), placeholder: 'N' },
    children: { description: 'Processes of one command; 0 = no limit', schema: count.default(512), placeholder: 'N' },
    maxTerminals: { description: 'Terminals that are open at once', schema: z.coerce.number().int().min(1).default(16), placeholder: 'N' },
    terminalKeepMinutes: {
      description: 'A terminal opened at /terminal is ended when nobody has looked at it for this long; 0 = never',
      schema: z.coerce.number().min(0).default(60),
      placeholder: 'N',
    },
  },
  tools,
  sockets: [terminal],
  async open({ workspace, options, log }): Promise<Sessions> {
    const { Sessions: Domain } = await import('./sessions/sessions.ts');
    return Domain.open({ ...options, workspace, log });
  },
  isBusy: (sessions) => sessions.commands.isBusy(),
});
