/** Reads one page: its text with fonts and links, and its lines. */
import type { getDocumentProxy } from 'unpdf';
import { type FontFacts, fontFacts, type LinkArea, type TextItem, toChunks } from './chunks.ts';
import { apply, type Chunk, type Matrix, type Ruling, toMatrix } from './geometry.ts';
import { type Operators, readRulings } from './rulings.ts';

type File = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<File['getPage']>>;

/** Reads a page and frees it. */
export async function readPage(page: Page, ops: Operators): Promise<{ height: number; chunks: Chunk[]; rulings: Ruling[] }> {
  const { transform, height } = page.getViewport({ scale: 1 });
  const viewport = toMatrix(transform) ?? [1, 0, 0, -1, 0, height];
  const list = await page.getOperatorList();
  const { items } = await page.getTextContent();
  const annotations: unknown[] = await page.getAnnotations();
  const fonts = new Map<string, FontFacts>();
  const fontOf = (name: string) => {
    let known = fonts.get(name);
    if (!known) {
      known = fontFacts(fontName(page, name));
      fonts.set(name, known);
    }
    return known;
  };
  const chunks = toChunks(
    items.filter((item): item is typeof item & TextItem => 'str' in item),
    viewport,
    fontOf,
    linksOf(annotations, viewport),
  );
  const rulings = readRulings(list, ops, viewport);
  page.cleanup();
  return { height, chunks, rulings };
}

function fontName(page: Page, id: string): string {
  const font: unknown = page.commonObjs.has(id) ? page.commonObjs.get(id) : undefined;
  return typeof font === 'object' && font !== null && 'name' in font ? String(font.name) : '';
}

function linksOf(annotations: readonly unknown[], viewport: Matrix): LinkArea[] {
  return annotations.flatMap((annotation): LinkArea[] => {
    if (typeof annotation !== 'object' || annotation === null || !('url' in annotation) || typeof annotation.url !== 'string') return [];
    const rect = 'rect' in annotation && Array.isArray(annotation.rect) ? annotation.rect.map(Number) : [];
    const [x1, y1] = apply(viewport, rect[0] ?? 0, rect[1] ?? 0);
    const [x2, y2] = apply(viewport, rect[2] ?? 0, rect[3] ?? 0);
    return [{ href: annotation.url, left: Math.min(x1, x2), right: Math.max(x1, x2), top: Math.min(y1, y2), bottom: Math.max(y1, y2) }];
  });
}
