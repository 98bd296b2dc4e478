/** How the tools of this server are defined. */
import { toolDefiner } from '@sandlot/core';
import type { Markitdown } from './service/markitdown.ts';

export const defineTool = toolDefiner<Markitdown>();
