import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import { defineTool } from '../define-tool.ts';
import { changeTabs } from '../pages/tabs.ts';
import { tabId, unlisted } from './fields.ts';

export const browserTabs = defineTool({
  name: 'browser_tabs',
  title: 'Tabs',
  description: 'List, open, close or select tabs.',
  effect: 'destroy',
  scope: 'browser:act',
  openWorld: true,
  input: z.object({
    action: z.enum(['list', 'new', 'close', 'select']).describe('Action'),
    index: z.int().optional().describe('Place in the list'),
    url: z.string().optional().describe('For new'),
    tabId,
  }),
  output: unlisted(
    z.object({
      current: z.string().optional().describe('Current tab'),
      tabs: z.array(z.object({ tabId: z.string(), url: z.string(), title: z.string() })).describe('Open tabs'),
      sandbox: z.enum(['on', 'user-namespace', 'off']).describe("Chromium's own sandbox"),
      network_policy: z.enum(['on', 'off']).describe('Whether the network policy holds for your tabs'),
    }),
  ),
  async run({ action, ...rest }, { domain, principal, signal }) {
    if (action === 'select' && rest.tabId === undefined && rest.index === undefined) {
      throw new ToolError('INVALID_ARGUMENT', 'select needs a tabId or an index.');
    }
    const session = await domain.session(principal);
    const list = await changeTabs(session, action, { ...rest, signal });
    const { holds = true, warning } = (await domain.policy(principal)) ?? {};
    const mode = (await domain.sandbox())?.mode ?? 'on';
    return { ...list, sandbox: mode, network_policy: holds ? ('on' as const) : ('off' as const), warning };
  },
  render({ tabs, current, sandbox, warning, events }) {
    const lines = tabs.map(
      ({ tabId: id, url, title }, index) => `- ${index}: ${id === current ? '(current) ' : ''}${id} [${title}](${url})`,
    );
    if (sandbox === 'off') lines.push('Warning: Chromium runs without its own sandbox.');
    if (warning !== undefined) lines.push(`Warning: ${warning}`);
    return ['### Open tabs', ...lines, ...events.map((event) => `- ${event}`)].join('\n');
  },
});
