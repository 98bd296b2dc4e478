/** The servers as the OpenAPI document describes them, without a gateway that runs. */
import { listedTools, toFullTool } from '@sandlot/core';
import { version } from './gateway.ts';
import type { Described } from './routes/openapi.ts';
import type { InstalledServer } from './servers.ts';

/** Every server with its default tools. */
export function staticView(servers: readonly InstalledServer[]): Described {
  return {
    title: 'Sandlot',
    version,
    servers: servers.map(({ server }) => ({ name: server.name, title: server.title, tools: listedTools(server).map(toFullTool) })),
  };
}
