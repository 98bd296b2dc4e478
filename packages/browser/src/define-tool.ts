/** Defines the tools of this server. */
import { toolDefiner } from '@sandlot/core';
import type { Browsers } from './pages/browsers.ts';

export const defineTool = toolDefiner<Browsers>();
