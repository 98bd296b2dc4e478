/** Gets a document that the browser shows in a viewer, as a file: with its cookies, and under its network policy. */
import { type APIRequestContext, type BrowserContext, request } from 'playwright-core';

/**
 * The bytes at `url`.
 *
 * @param proxy where the context goes through the filtering proxy without Playwright's knowledge: the proxy
 * @throws Error when there is another answer than a good one, a redirect too
 */
export async function fetchDocument(context: BrowserContext, url: string, proxy: string | undefined): Promise<Buffer> {
  const made = proxy === undefined ? undefined : await proxied(context, proxy);
  try {
    const answer = await (made ?? context.request).get(url, { timeout: 120_000, maxRedirects: 0, failOnStatusCode: true });
    try {
      return await answer.body();
    } finally {
      await answer.dispose();
    }
  } finally {
    await made?.dispose();
  }
}

async function proxied(context: BrowserContext, server: string): Promise<APIRequestContext> {
  return request.newContext({ proxy: { server }, storageState: { cookies: await context.cookies(), origins: [] } });
}
