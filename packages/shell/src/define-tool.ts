import { toolDefiner } from '@sandlot/core';
import type { Sessions } from './sessions/sessions.ts';

/** Defines a tool of this server; `ctx.domain` is its {@link Sessions}. */
export const defineTool = toolDefiner<Sessions>();
