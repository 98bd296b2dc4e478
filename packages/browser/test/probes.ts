/** Walks the rows of the probe table. */
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { browser } from '../src/index.ts';
import { probePages, probeRows } from './probe-rows.ts';
import { type Handler, startSite } from './site.ts';

/** What came of a row. */
export interface Probed {
  readonly name: string;
  readonly outcome: string;
  /** From opening the page to the last answer. */
  readonly ms: number;
}

/** Walks them all, with one server. */
export async function walkProbes(): Promise<Probed[]> {
  await using folder = await temporaryFolder();
  const pages: Record<string, string | Handler> = { ...probePages };
  await using site = await startSite(pages);
  await using client = await connect(browser, { workspace: folder.path, caps: ['all'] });
  const world = { client, url: site.url, otherUrl: site.url.replace('127.0.0.1', 'localhost') };
  await client.call('browser_navigate', { url: `${site.url}/other` });
  const probed: Probed[] = [];
  for (const [index, { name, page, run }] of probeRows.entries()) {
    pages[`/row-${index}`] = page(world);
    const started = performance.now();
    const opened = await client.call('browser_navigate', { url: `${site.url}/row-${index}` });
    const outcome = await run(world, opened);
    probed.push({ name, outcome: outcome.replaceAll(/\bf\d+(?=e\d)/g, '').replaceAll(/\s+/g, ' '), ms: performance.now() - started });
  }
  return probed;
}
