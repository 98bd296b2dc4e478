import { writeFile } from 'node:fs/promises';
import { listedTools, toListedTool } from '@sandlot/core';
import { contractSuite } from '@sandlot/core/testing';
import { afterAll, expect, it } from 'vitest';
import { examples, html } from '../test/examples.ts';
import { startSite } from '../test/site.ts';
import { browser } from './index.ts';

const site = await startSite({ '/': html });
afterAll(() => site[Symbol.asyncDispose]());

contractSuite(browser, {
  prepare: (workspace) => writeFile(`${workspace}/a.txt`, 'hello'),
  // What outlives a navigation ends with the context.
  reset: async (client, tool) =>
    /tracing|video|route|state|media|resize|mouse|takeover/.test(tool) ? client.call('browser_close') : undefined,
  examples: examples(`data:text/html,${encodeURIComponent(html)}`, site.url),
});

it('lists its default tools in at most 12,000 characters', () => {
  const listed = JSON.stringify(listedTools(browser).map(toListedTool));
  expect(listed.length).toBeLessThanOrEqual(12_000);
});
