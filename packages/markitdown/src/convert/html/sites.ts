/** Sites whose pages have a known place for their content. */

/** The content of a page of a known site. */
export interface SiteContent {
  readonly content: Element;
  readonly title: string;
}

/** Finds the content of a Wikipedia article; undefined for other sites. */
export function siteContent(page: Document, url: string | undefined): SiteContent | undefined {
  if (url === undefined || !/^https?:\/\/[\w-]+(?:\.m)?\.wikipedia\.org\//.test(url)) return undefined;
  const content = page.querySelector('#mw-content-text');
  const title = page.querySelector('.mw-page-title-main, #firstHeading')?.textContent ?? page.title.replace(/ [-–—] Wikipedia$/, '');
  return content ? { content, title: title.trim() } : undefined;
}
