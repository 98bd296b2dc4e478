/** Reads one page: its text with fonts, links and tags, and its lines. */
import type { getDocumentProxy } from 'unpdf';
import { type FontFacts, fontFacts, type LinkArea, type TextItem, toChunks } from './chunks.ts';
import { apply, type Chunk, type Matrix, type Ruling, toMatrix } from './geometry.ts';
import { type Operators, readRulings } from './rulings.ts';
import type { TagNode } from './tagged.ts';

type File = Awaited<ReturnType<typeof getDocumentProxy>>;
/** A page as the engine hands it over. */
export type Page = Awaited<ReturnType<File['getPage']>>;

/** What is read of a page. */
export interface ReadPage {
  readonly height: number;
  readonly chunks: Chunk[];
  readonly rulings: Ruling[];
  readonly tree?: TagNode;
}

/** Reads a page and frees it. */
export async function readPage(page: Page, ops: Operators, isTagged: boolean): Promise<ReadPage> {
  const list = await page.getOperatorList();
  const { items } = await page.getTextContent({ includeMarkedContent: isTagged });
  const texts = tagged(items);
  const { transform, height } = page.getViewport({ scale: 1, rotation: (page.rotate + turnOf(texts, page)) % 360 });
  const viewport = toMatrix(transform) ?? [1, 0, 0, -1, 0, height];
  const annotations: unknown[] = await page.getAnnotations();
  const fonts = new Map<string, FontFacts>();
  const fontOf = (name: string) => {
    let known = fonts.get(name);
    if (!known) {
      known = fontFacts(...fontName(page, name));
      fonts.set(name, known);
    }
    return known;
  };
  const chunks = toChunks(texts, viewport, fontOf, linksOf(annotations, viewport));
  const rulings = readRulings(list, ops, viewport);
  const tree: TagNode | null = isTagged ? await page.getStructTree().catch(() => null) : null;
  page.cleanup();
  return { height, chunks, rulings, ...(tree && { tree }) };
}

/** Text items with the marked content that they stand in. */
function tagged(items: readonly unknown[]): TextItem[] {
  const texts: TextItem[] = [];
  const open: { id?: string; isArtifact: boolean }[] = [];
  for (const item of items) {
    if (typeof item !== 'object' || item === null) continue;
    if (isText(item)) {
      const id = open.findLast((mark) => mark.id !== undefined)?.id;
      const isArtifact = open.some((mark) => mark.isArtifact);
      texts.push(id === undefined && !isArtifact ? item : { ...item, ...(id !== undefined && { tag: id }), isArtifact });
    } else if ('type' in item) {
      if (item.type === 'endMarkedContent') open.pop();
      else {
        const id = 'id' in item && typeof item.id === 'string' && item.id !== '' ? item.id : undefined;
        open.push({ ...(id !== undefined && { id }), isArtifact: 'tag' in item && item.tag === 'Artifact' });
      }
    }
  }
  return texts;
}

function isText(item: object): item is TextItem {
  return 'str' in item;
}

/** How far a page must be turned so that most of its text is read from left to right, in degrees. */
function turnOf(items: readonly TextItem[], page: Page): number {
  const viewport = toMatrix(page.getViewport({ scale: 1 }).transform);
  const letters = { across: 0, up: 0, down: 0 };
  for (const { str, transform } of items) {
    const [a = 1, b = 0] = transform.map(Number);
    const [x, y] = viewport ? [viewport[0] * a + viewport[2] * b, viewport[1] * a + viewport[3] * b] : [a, -b];
    letters[Math.abs(x) >= Math.abs(y) ? 'across' : y < 0 ? 'up' : 'down'] += str.trim().length;
  }
  if (letters.up > letters.across * 2 && letters.up > letters.down) return 90;
  return letters.down > letters.across * 2 ? 270 : 0;
}

function fontName(page: Page, id: string): [name: string, facts: object] {
  const font: unknown = page.commonObjs.has(id) ? page.commonObjs.get(id) : undefined;
  if (typeof font !== 'object' || font === null) return ['', {}];
  return ['name' in font ? String(font.name) : '', font];
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
