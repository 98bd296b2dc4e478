import { toolDefiner } from '@sandlot/core';
import type { Workspace } from './workspace/workspace.ts';

/** {@link toolDefiner} of this server: `ctx.domain` is the {@link Workspace}. */
export const defineTool = toolDefiner<Workspace>();
