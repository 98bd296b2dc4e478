/** The MCP server `markitdown`: documents to Markdown. */
import { defineServer } from '@sandlot/core';
import { options } from './options.ts';
import { tools } from './tools/index.ts';

export const markitdown = defineServer({
  name: 'markitdown',
  title: 'Sandlot Markitdown',
  version: '0.1.0',
  description: 'Documents to Markdown.',
  instructions: 'markitdown_convert reads any document as Markdown. Paths are relative to the workspace, which the other servers share.',
  options,
  tools,
  async open({
    workspace,
    options: {
      allowPrivateAddresses,
      allowedHosts,
      blockedHosts,
      maxBytes,
      fetchTimeoutMs,
      timeoutMs,
      memoryMb,
      maxInflatedBytes,
      concurrency,
      plugins,
    },
  }) {
    const [{ Markitdown }, { pluginUrls }, { HostList }] = await Promise.all([
      import('./service/markitdown.ts'),
      import('./service/plugins.ts'),
      import('./source/host-rules.ts'),
    ]);
    return new Markitdown({
      workspace,
      allowPrivateAddresses,
      allowedHosts: new HostList(allowedHosts),
      blockedHosts: new HostList(blockedHosts),
      maxBytes,
      fetchTimeoutMs,
      limits: { timeMs: timeoutMs, memoryMb, inflatedBytes: maxInflatedBytes },
      concurrency,
      plugins: pluginUrls(plugins),
    });
  },
});
