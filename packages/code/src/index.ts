/** MCP server: Python and Node.js with state, rich results and plots. */
import { defineServer } from '@sandlot/core';
import { z } from 'zod';
import type { Contexts } from './contexts/contexts.ts';
import { tools } from './tools/index.ts';

const list = z.preprocess((value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value), z.array(z.string().trim()));

const count = z.coerce.number().int().min(0);

/** The code server. */
export const code = defineServer({
  name: 'code',
  title: 'Code',
  version: '0.1.0',
  description: 'Run Python and JavaScript with state, rich results and plots.',
  instructions:
    'Run code with code_execute. Variables and imports stay for the next call with the same language, or of the same context. The value of the last expression is shown; plots come as pictures. Install packages with code_install.',
  options: {
    python: {
      description: 'Python for kernels; default: one that has ipykernel, else one is set up',
      schema: z.string().optional(),
      placeholder: 'PATH',
    },
    node: {
      description: 'Node.js for JavaScript; default: the one that runs this server',
      schema: z.string().optional(),
      placeholder: 'PATH',
    },
    passEnv: {
      description: "Names of the server's environment variables that code gets as well, by commas; NAME* takes every name that starts so",
      schema: list.default([]),
      placeholder: 'NAMES',
    },
    memoryMb: { description: 'Memory that one process may use, in MiB; 0 = no limit', schema: count.default(4096), placeholder: 'N' },
    fileMb: { description: 'Size of a file that code writes, in MiB; 0 = no limit', schema: count.default(0), placeholder: 'N' },
    children: { description: 'Processes of one context; 0 = no limit', schema: count.default(512), placeholder: 'N' },
    maxContexts: { description: 'Contexts at once', schema: z.coerce.number().int().min(1).default(64), placeholder: 'N' },
    idleMinutes: {
      description: 'Minutes without use after which a context ends; 0 = never',
      schema: z.coerce.number().min(0).default(30),
      placeholder: 'N',
    },
    warm: { description: 'Kernels of a language that are kept ready, once one was used', schema: count.default(1), placeholder: 'N' },
  },
  tools,
  async open({ workspace, options, log }): Promise<Contexts> {
    const { Contexts: Domain } = await import('./contexts/contexts.ts');
    return new Domain({ ...options, workspace, log });
  },
  isBusy: (contexts) => contexts.isBusy(),
});
