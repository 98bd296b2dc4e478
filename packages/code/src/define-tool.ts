import { toolDefiner } from '@sandlot/core';
import type { Contexts } from './contexts/contexts.ts';

/** Defines a tool of this server; `ctx.domain` is its {@link Contexts}. */
export const defineTool = toolDefiner<Contexts>();
