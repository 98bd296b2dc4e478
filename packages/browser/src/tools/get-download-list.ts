import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { unlisted } from './fields.ts';

export const browserGetDownloadList = defineTool({
  name: 'browser_get_download_list',
  title: 'Downloads',
  description: 'Downloads with path, size and state.',
  effect: 'read',
  scope: 'browser:read',
  input: z.object({
    wait: z.boolean().optional().describe('For running ones'),
    timeout: z.int().optional().describe('Default 30000 ms'),
  }),
  output: unlisted(
    z.object({
      files: z.array(z.object({ path: z.string(), bytes: z.number(), state: z.string(), url: z.string() })).describe('Newest last'),
    }),
  ),
  async run({ wait = false, timeout = 30_000 }, { domain, principal, signal }) {
    const { downloads } = await domain.session(principal);
    if (wait) await downloads.settled(downloads.records, timeout, signal);
    signal.throwIfAborted();
    return { files: downloads.records.map(({ path, name, bytes, state, url }) => ({ path: path ?? name, bytes: bytes ?? 0, state, url })) };
  },
  render({ files }) {
    if (files.length === 0) return 'No downloads.';
    return files
      .map(
        ({ path, bytes, state, url }) => `- ${path}: ${state}${state === 'completed' ? `, ${bytes} bytes` : ''}, from ${url.slice(0, 200)}`,
      )
      .join('\n');
  },
});
