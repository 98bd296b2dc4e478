/** A web page to Markdown, for callers that have the page already. */
import type { Conversion } from './convert.ts';

/** Options of {@link convertHtml}. */
export interface ConvertHtmlOptions {
  /** Makes relative links absolute, against this address. */
  readonly baseUrl?: string;
  /** The article alone, without navigation and the like. Default false. */
  readonly mainContent?: boolean;
  /** First character to return. Default 0. */
  readonly offset?: number;
  /** Most characters to return; 0 means all. Default 0. */
  readonly maxChars?: number;
}

/**
 * Converts a page.
 *
 * @example const { markdown, title } = await convertHtml(await page.content(), { baseUrl: page.url(), mainContent: true });
 */
export async function convertHtml(html: string, { mainContent, ...options }: ConvertHtmlOptions = {}): Promise<Conversion> {
  const { convert } = await import('./convert.ts');
  return convert(`<!doctype html>\n${html}`, {
    ...options,
    hints: { extension: 'html', charset: 'utf-8' },
    content: mainContent ? 'main' : 'full',
  });
}
