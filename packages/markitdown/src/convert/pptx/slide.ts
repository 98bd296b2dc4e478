/** The shapes of one slide as blocks, in reading order. */
import { type Block, heading, type Inline, plainText } from '../model/document.ts';
import { type FlatItem, nestItems } from '../model/lists.ts';
import { chartBlocks } from '../ooxml/chart.ts';
import { diagramBlocks } from '../ooxml/diagram.ts';
import type { OfficePackage, Relationship } from '../ooxml/package.ts';
import { drawingParagraphs } from '../ooxml/text.ts';
import { child, children, descendant, type XmlElement } from '../xml/tree.ts';
import { inheritedBullet, type Layouts, placeholderOf, placeOf } from './placeholders.ts';
import { readSlideTable } from './table.ts';

/** Placeholders that repeat on every slide. */
const furniture: ReadonlySet<string> = new Set(['dt', 'ftr', 'sldNum', 'hdr']);
/** Shapes whose tops differ by less stand in one row (a tenth of an inch). */
const sameRow = 91_440;
const deepestGroup = 32;

/** Reads one slide. */
export class SlideReader {
  readonly #pack: OfficePackage;
  readonly #relationships: ReadonlyMap<string, Relationship>;
  readonly #chain: readonly XmlElement[];

  constructor(name: string, pack: OfficePackage, layouts: Layouts) {
    this.#pack = pack;
    this.#relationships = pack.relationships(name);
    this.#chain = layouts.chain(name);
  }

  /** The blocks of the slide, its title first. */
  read(slide: XmlElement): Block[] {
    const shapes = shapesOf(child(child(slide, 'p:cSld'), 'p:spTree'));
    const title = shapes.find((shape) => /^(?:title|ctrTitle)$/.test(placeholderOf(shape)?.type ?? ''));
    const words = title ? this.#titleOf(title) : '';
    const others = this.#sorted(shapes.filter((shape) => shape !== title || words === ''));
    return [...(words === '' ? [] : [heading(1, words)]), ...others.flatMap((shape) => this.#shape(shape, 0))];
  }

  #titleOf(shape: XmlElement): string {
    return drawingParagraphs(child(shape, 'p:txBody'), this.#relationships)
      .map(({ content }) => plainText(content).trim())
      .filter((line) => line !== '')
      .join(' ');
  }

  #sorted(shapes: readonly XmlElement[]): XmlElement[] {
    const placed = shapes.map((shape, order) => ({ shape, order, place: placeOf(shape, this.#chain) }));
    // Shapes without a place stay behind the one before them.
    for (const [at, one] of placed.entries()) one.place ??= placed[at - 1]?.place ?? { top: 0, left: 0 };
    const row = (top: number) => Math.round(top / sameRow);
    return placed
      .toSorted(
        (a, b) => row(a.place?.top ?? 0) - row(b.place?.top ?? 0) || (a.place?.left ?? 0) - (b.place?.left ?? 0) || a.order - b.order,
      )
      .map(({ shape }) => shape);
  }

  #shape(shape: XmlElement, depth: number): Block[] {
    if (depth > deepestGroup || isHidden(shape)) return [];
    switch (shape.name) {
      case 'p:sp':
        return furniture.has(placeholderOf(shape)?.type ?? '') ? [] : this.#text(shape);
      case 'p:grpSp':
        return this.#sorted(shapesOf(shape)).flatMap((one) => this.#shape(one, depth + 1));
      case 'p:pic':
        return this.#picture(shape);
      case 'p:graphicFrame':
        return this.#frame(shape);
      default:
        return [];
    }
  }

  #text(shape: XmlElement): Block[] {
    const blocks: Block[] = [];
    let items: FlatItem[] = [];
    const flush = () => {
      blocks.push(...nestItems(items));
      items = [];
    };
    const counters: number[] = [];
    for (const { content, level, bullet, startAt } of drawingParagraphs(child(shape, 'p:txBody'), this.#relationships)) {
      if (content.every((part) => part.type === 'break' || (part.type === 'text' && part.text.trim() === ''))) continue;
      const kind = bullet ?? inheritedBullet(shape, level, this.#chain) ?? 'none';
      if (kind === 'none') {
        flush();
        counters.length = 0;
        blocks.push(asBlock(content));
        continue;
      }
      counters.length = Math.min(counters.length, level + 1);
      counters[level] = (counters[level] ?? startAt - 1) + 1;
      items.push({ level, ordered: kind === 'number', number: counters[level] ?? 1, blocks: [asBlock(content)] });
    }
    flush();
    const fill = descendant(child(shape, 'p:spPr'), 'a:blip');
    return [...(fill ? this.#pictureOf(shape, fill) : []), ...blocks];
  }

  #picture(shape: XmlElement): Block[] {
    const blip = descendant(child(shape, 'p:blipFill'), 'a:blip');
    return blip ? this.#pictureOf(shape, blip) : [];
  }

  #pictureOf(shape: XmlElement, blip: XmlElement): Block[] {
    const properties = descendant(shape, 'p:cNvPr')?.attributes ?? {};
    const alt = (properties['descr'] ?? properties['title'] ?? '').trim();
    const picture = this.#pack.picture(this.#relationships.get(blip.attributes['r:embed'] ?? blip.attributes['r:link'] ?? ''), alt);
    return picture ? [{ type: 'paragraph', content: [picture] }] : [];
  }

  #frame(frame: XmlElement): Block[] {
    const data = descendant(frame, 'a:graphicData');
    const table = child(data, 'a:tbl');
    if (table) return readSlideTable(table, this.#relationships);
    const chart = descendant(data, 'c:chart')?.attributes['r:id'];
    const diagram = descendant(data, 'dgm:relIds')?.attributes['r:dm'];
    const part = this.#pack.xml(this.#relationships.get(chart ?? diagram ?? '')?.target);
    if (part) return chart === undefined ? diagramBlocks(part) : chartBlocks(part);
    const fallback = descendant(frame, 'a:blip');
    return fallback ? this.#pictureOf(frame, fallback) : [];
  }
}

/** Shapes, also those inside of alternatives. */
function shapesOf(tree: XmlElement | undefined): XmlElement[] {
  return children(tree).flatMap((element) => {
    if (element.name !== 'mc:AlternateContent') return [element];
    const choice = child(element, 'mc:Choice');
    return shapesOf(choice && choice.children.length > 0 ? choice : child(element, 'mc:Fallback'));
  });
}

function isHidden(shape: XmlElement): boolean {
  return /^(?:1|true)$/.test(
    descendant(
      shape.children.find((one): one is XmlElement => typeof one !== 'string'),
      'p:cNvPr',
    )?.attributes['hidden'] ?? '',
  );
}

function asBlock(content: readonly Inline[]): Block {
  const [only] = content;
  return content.length === 1 && only?.type === 'math' ? { type: 'math', latex: only.latex } : { type: 'paragraph', content };
}
