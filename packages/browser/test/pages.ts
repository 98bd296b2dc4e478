/** Pages in a browser, for tests that need one each. */
import { connect, type TestAnswer, type TestClient, temporaryFolder } from '@sandlot/core/testing';
import { afterAll } from 'vitest';
import { browser } from '../src/index.ts';
import { type Handler, type Site, startSite } from './site.ts';

/** An open page. */
export interface OpenPage extends AsyncDisposable {
  readonly client: TestClient;
  readonly site: Site;
  /** The answer of the navigation. */
  readonly first: TestAnswer;
  /** The workspace. */
  readonly folder: { readonly path: string };
}

/** Opens a page: its HTML, and what else the site has. */
export type OpenPageFunction = (html: string, more?: Record<string, string | Handler>) => Promise<OpenPage>;

/** Pages in a browser of their own. */
export async function openAlone(
  html: string,
  more: Record<string, string | Handler> = {},
  options: Record<string, unknown> = {},
): Promise<OpenPage> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const client = stack.use(await connect(browser, { workspace: folder.path, caps: ['all'], options }));
  return openIn(stack, client, folder, { '/': html, ...more });
}

/** Makes a function whose pages share a browser, each with a caller of its own. Call it at the top level of a test file. */
export function sharedBrowser(): OpenPageFunction {
  const all = new AsyncDisposableStack();
  let starting: Promise<{ client: TestClient; folder: { path: string } }> | undefined;
  let count = 0;
  afterAll(() => all.disposeAsync());
  const start = async () => {
    const folder = all.use(await temporaryFolder());
    return { folder, client: all.use(await connect(browser, { workspace: folder.path, caps: ['all'] })) };
  };
  return async (html, more = {}) => {
    starting ??= start();
    const { client, folder } = await starting;
    const own = await client.as(`caller-${++count}`);
    const stack = new AsyncDisposableStack();
    stack.defer(async () => void (await own.call('browser_close')));
    return openIn(stack, own, folder, { '/': html, ...more });
  };
}

async function openIn(
  stack: AsyncDisposableStack,
  client: TestClient,
  folder: { readonly path: string },
  pages: Record<string, string | Handler>,
): Promise<OpenPage> {
  const site = stack.use(await startSite(pages));
  const first = await client.call('browser_navigate', { url: site.url });
  return { client, site, first, folder, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
