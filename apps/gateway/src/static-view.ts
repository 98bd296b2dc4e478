/** A view for documents: the tools of servers that nobody will call. */
import { listedTools, toListedTool } from '@sandlot/core';
import { version } from './gateway.ts';
import type { View } from './mcp/relay.ts';
import type { InstalledServer } from './servers.ts';

/** Makes a view with every server's default tools. */
export function staticView(servers: readonly InstalledServer[]): Pick<View, 'title' | 'version'> & { upstreams: StaticUpstream[] } {
  return {
    title: 'Sandlot',
    version,
    upstreams: servers.map(({ server }) => ({
      name: server.name,
      title: server.title,
      listTools: () => listedTools(server).map(toListedTool),
    })),
  };
}

interface StaticUpstream {
  readonly name: string;
  readonly title: string;
  listTools(): ReturnType<typeof toListedTool>[];
}
