/** Web pages. The page is read by domino and printed by turndown with our own rules. */
import type { ConvertContext, Converter, Input } from '../converter.ts';
import { declaredCharset, decodeText } from '../detect/charset.ts';
import type { Document } from '../model/document.ts';
import { cleanPage } from './clean.ts';
import { parseHtml } from './dom.ts';
import { type FindPicture, pictureTargets } from './page-pictures.ts';
import { siteContent } from './sites.ts';
import { pageMarkdown, type PageStyle } from './turndown.ts';

/** Options of {@link htmlDocument}. */
export interface HtmlOptions extends PageStyle {
  /** The article alone, without navigation and the like. */
  readonly mainContent?: boolean;
  /** Where the page is from; some sites are known. */
  readonly url?: string;
}

/** Converts .html, .xhtml and what looks like them. */
export const html: Converter = {
  name: 'html',
  priority: 10,
  accepts: ({ kind }) => kind === 'html',
  async convert({ bytes, detected }: Input, context) {
    const source = decodeText(bytes, detected.charset ?? charsetOf(detected.mimetype) ?? declaredCharset(bytes));
    return htmlDocument(source, pageOptions(context, { url: detected.url }));
  },
};

/** The options of a conversion that matter for pages. @param around where the page is from, and the pictures beside it */
export function pageOptions(
  context: ConvertContext,
  { url, find }: { readonly url?: string | undefined; readonly find?: FindPicture } = {},
): HtmlOptions {
  const { options } = context;
  const base = options.baseUrl ?? (options.links === 'absolute' ? url : undefined);
  return {
    mainContent: options.content === 'main',
    tables: options.tables ?? 'gfm',
    images: options.images ?? 'name',
    pictureTarget: pictureTargets(context, find),
    links: options.links ?? (base === undefined ? 'keep' : 'absolute'),
    ...(base !== undefined && { baseUrl: base }),
    ...(url !== undefined && { url }),
  };
}

/** A page as a document of Markdown blocks. */
export async function htmlDocument(source: string, options: HtmlOptions = {}): Promise<Document> {
  const main = options.mainContent ? (await import('./main-content.ts')).mainContent(source) : undefined;
  const page = parseHtml(main?.html ?? source);
  const title = main?.title ?? page.title.replaceAll(/\s+/g, ' ').trim();
  cleanPage(page);
  const known = main ? undefined : siteContent(page, options.url);
  const printed = page.body ? pageMarkdown(known?.content ?? page.body, options) : '';
  const name = known?.title ?? (main ? title : '');
  const heading = name && !/^# /m.test(printed) ? [{ type: 'markdown' as const, text: `# ${name}` }] : [];
  return {
    blocks: [...heading, ...printed.split(/\n{2,}(?=#{1,6} )/).map((text) => ({ type: 'markdown' as const, text }))],
    ...(title && { title }),
  };
}

function charsetOf(mimetype: string | undefined): string | undefined {
  return /charset="?([\w-]+)/i.exec(mimetype ?? '')?.[1];
}
