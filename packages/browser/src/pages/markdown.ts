/** A page as Markdown, by the converter of `@sandlot/markitdown`. */
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import type { Page } from 'playwright-core';
import { look, type LookOptions } from './look.ts';
import { deliver, type Part } from './read-page.ts';
import type { Session } from './session.ts';
import { clean } from './snapshot.ts';
import { locate } from './target.ts';

/** What to convert. */
export interface MarkdownOptions extends LookOptions {
  readonly target?: string | undefined;
  /** Menus, asides and footers too. Default false. */
  readonly all?: boolean | undefined;
  readonly filename?: string | undefined;
  readonly maxChars: number;
}

const mostHtmlBytes = 20 * 1024 * 1024;
/** Main content shorter than this share of the page's text is a wrong guess. */
const leastShare = 0.1;

/** The main content of a page, or one element, as Markdown. */
export async function toMarkdown(session: Session, options: MarkdownOptions): Promise<Part> {
  return withSpan('browser.markdown', {}, async () =>
    look(session, options, async ({ page, url }) => {
      const { target, all = false } = options;
      const html =
        target === undefined ? await page.content() : await (await locate(page, target)).evaluate((element) => element.outerHTML);
      if (html.length > mostHtmlBytes) {
        throw new ToolError('PAYLOAD_TOO_LARGE', `The page has ${html.length} characters of HTML; the limit is ${mostHtmlBytes}.`, {
          advice: 'Choose a part of it as target.',
        });
      }
      const { convertHtml } = await import('@sandlot/markitdown/convert');
      const convert = async (mainContent: boolean) =>
        clean((await convertHtml(html, { baseUrl: page.url(), mainContent })).markdown).trim();
      const whole = all || target !== undefined;
      let markdown = await convert(!whole);
      if (!whole && markdown.length < leastShare * (await textLength(page))) markdown = await convert(false);
      return { url, title: await page.title(), ...(await deliver(session, markdown, options)) };
    }),
  );
}

async function textLength(page: Page): Promise<number> {
  return page.evaluate(() => document.body?.innerText.length ?? 0);
}
