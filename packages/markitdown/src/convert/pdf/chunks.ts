/** The text of a page as chunks with place, font and link. */
import { apply, type Chunk, cutChunk, type Matrix, multiply, type Rectangle, toMatrix } from './geometry.ts';

/** A text item of the engine. */
export interface TextItem {
  readonly str: string;
  readonly transform: readonly unknown[];
  readonly width: number;
  readonly fontName: string;
  readonly tag?: string;
  readonly isArtifact?: boolean;
}

/** A font by its engine name. */
export interface FontFacts {
  readonly name: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly mono: boolean;
}

/** A link and where it lies on the page. */
export interface LinkArea extends Rectangle {
  readonly href: string;
}

const ligatures: Readonly<Record<string, string>> = {
  '\ufb00': 'ff',
  '\ufb01': 'fi',
  '\ufb02': 'fl',
  '\ufb03': 'ffi',
  '\ufb04': 'ffl',
  '\ufb05': 'st',
  '\ufb06': 'st',
};

/** Turns items into chunks; text that stands on end is left out. */
export function toChunks(
  items: readonly TextItem[],
  viewport: Matrix,
  fontOf: (name: string) => FontFacts,
  links: readonly LinkArea[],
): Chunk[] {
  const chunks: Chunk[] = [];
  for (const item of items) {
    const text = clean(item.str);
    const matrix = toMatrix(item.transform);
    if (text.trim() === '' || !matrix) continue;
    const placed = multiply(viewport, matrix);
    const size = Math.hypot(placed[2], placed[3]);
    if (Math.abs(placed[1]) > Math.abs(placed[0]) || size < 1) continue;
    const [left, baseline] = apply(placed, 0, 0);
    const scale = Math.hypot(viewport[0], viewport[1]);
    const { bold, italic, mono } = fontOf(item.fontName);
    const right = left + item.width * scale;
    const chunk = {
      text,
      left,
      right,
      baseline,
      size,
      bold,
      italic,
      mono,
      ...(item.tag !== undefined && { tag: item.tag }),
      ...(item.isArtifact && { isArtifact: true }),
    };
    chunks.push(...withLinks(chunk, links));
  }
  return withoutDoubles(chunks);
}

/** Cuts a chunk where a link begins and ends, at spaces. */
function withLinks(chunk: Chunk, links: readonly LinkArea[]): Chunk[] {
  const y = chunk.baseline - chunk.size / 3;
  const area = links.find(
    ({ left, right, top, bottom }) => y >= top && y <= bottom && Math.min(right, chunk.right) - Math.max(left, chunk.left) > 1,
  );
  if (!area) return [chunk];
  const { href } = area;
  const from = placeIn(chunk, area.left);
  const to = placeIn(chunk, area.right);
  if (from === 0 && to === chunk.text.length) return [{ ...chunk, href }];
  if (from >= to) return [chunk];
  const [head, tail] = cutChunk(chunk, to);
  const [before, linked] = cutChunk(head, from);
  // The blanks at the cuts stay with the text outside.
  const parts = [
    { ...before, text: from > 0 ? `${before.text.trimEnd()} ` : '' },
    { ...linked, text: linked.text.trim(), href },
  ];
  const rest = withLinks(
    { ...tail, text: ` ${tail.text}` },
    links.filter((one) => one !== area),
  );
  return [...parts.filter(({ text }) => text !== ''), ...(tail.text.trim() === '' ? [] : rest)];
}

/** The border of words nearest to a place. */
function placeIn({ text, left, right }: Chunk, x: number): number {
  const width = (right - left) / Math.max(1, text.length);
  const borders = [0, ...[...text.matchAll(/\s+/g)].map((blank) => blank.index), text.length];
  return borders.reduce((best, at) => (Math.abs(left + at * width - x) < Math.abs(left + best * width - x) ? at : best), 0);
}

/** What a font's name tells. */
export function fontFacts(name: string, facts: object = {}): FontFacts {
  const plain = name.replace(/^[A-Z]{6}\+/, '');
  const says = (fact: string) => Object.entries(facts).some(([key, value]) => key === fact && value === true);
  return {
    name: plain,
    bold: says('bold') || says('black') || /bold|black|heavy|semibold|demi|[-,]bd\b/i.test(plain),
    italic: says('italic') || /italic|oblique|[-,]it\b/i.test(plain),
    mono: says('isMonospace') || /mono|nimbusmon|courier|consol|typewriter|cmtt|menlo|fira ?code|sourcecode/i.test(plain),
  };
}

function clean(text: string): string {
  return (
    text
      .replaceAll(/[\ufb00-\ufb06]/g, (sign) => ligatures[sign] ?? sign)
      .replaceAll('\u00ad', '')
      // Dots that lead to a page number.
      .replaceAll(/(?:\s*\.){5,}\s*/g, ' … ')
      .replaceAll('\u00a0', ' ')
      .replaceAll(/[\ue000-\uf8ff\0]/g, (sign) => (sign === '\uf0b7' || sign === '\uf0a7' ? '•' : ''))
  );
}

/** Some programs print bold text twice, a little apart. */
function withoutDoubles(chunks: readonly Chunk[]): Chunk[] {
  const seen = new Map<string, Chunk>();
  return chunks.filter((chunk) => {
    const key = `${chunk.text}|${Math.round(chunk.baseline / 2)}`;
    const before = seen.get(key);
    seen.set(key, chunk);
    return (
      !before || Math.abs(before.left - chunk.left) > chunk.size * 0.3 || Math.abs(before.baseline - chunk.baseline) > chunk.size * 0.3
    );
  });
}
