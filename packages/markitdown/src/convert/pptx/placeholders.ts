/** What placeholders of a slide inherit from its layout and master: their place and their bullets. */
import { bulletOf, type DrawingParagraph } from '../ooxml/text.ts';
import type { OfficePackage } from '../ooxml/package.ts';
import { child, descendant, descendants, type XmlElement } from '../xml/tree.ts';

/** The kind and the number of a placeholder. */
export interface Placeholder {
  readonly type: string;
  readonly index: string;
}

/** Where a shape stands. */
export interface Place {
  readonly top: number;
  readonly left: number;
}

/** The layouts and masters of a presentation, read once. */
export class Layouts {
  readonly #pack: OfficePackage;
  readonly #chains = new Map<string, XmlElement[]>();

  constructor(pack: OfficePackage) {
    this.#pack = pack;
  }

  /** The layout of a slide and the master of that layout. */
  chain(slide: string): XmlElement[] {
    const layout = this.#related(slide, 'slideLayout');
    if (layout === undefined) return [];
    let known = this.#chains.get(layout);
    if (!known) {
      known = [this.#pack.xml(layout), this.#pack.xml(this.#related(layout, 'slideMaster'))].filter((one) => one !== undefined);
      this.#chains.set(layout, known);
    }
    return known;
  }

  #related(part: string, type: string): string | undefined {
    return [...this.#pack.relationships(part).values()].find((one) => one.type === type)?.target;
  }
}

/** The placeholder that a shape is; undefined for other shapes. */
export function placeholderOf(shape: XmlElement): Placeholder | undefined {
  const found = descendant(
    shape.children.find((one): one is XmlElement => typeof one !== 'string' && /^p:nv\w+Pr$/.test(one.name)),
    'p:ph',
  );
  return found && { type: found.attributes['type'] ?? 'obj', index: found.attributes['idx'] ?? '' };
}

/** The shape of a layout or master that a placeholder stands for. */
function match(root: XmlElement, { type, index }: Placeholder): XmlElement | undefined {
  const shapes = descendants(descendant(root, 'p:spTree'), 'p:sp');
  const candidates = shapes.map((shape) => ({ shape, own: placeholderOf(shape) })).filter(({ own }) => own !== undefined);
  const exact = index === '' ? undefined : candidates.find(({ own }) => own?.index === index);
  return (exact ?? candidates.find(({ own }) => family(own?.type ?? '') === family(type)))?.shape;
}

function family(type: string): string {
  return type === 'ctrTitle' ? 'title' : type === 'obj' || type === 'subTitle' ? 'body' : type;
}

/** Where a shape stands: its own place, or that of its placeholder. */
export function placeOf(shape: XmlElement, chain: readonly XmlElement[]): Place | undefined {
  const own = offsetOf(shape);
  const placeholder = placeholderOf(shape);
  if (own || !placeholder) return own;
  for (const root of chain) {
    const parent = match(root, placeholder);
    const found = parent && offsetOf(parent);
    if (found) return found;
  }
  return undefined;
}

function offsetOf(shape: XmlElement): Place | undefined {
  const frame = child(shape, 'p:xfrm') ?? child(child(shape, 'p:spPr') ?? child(shape, 'p:grpSpPr'), 'a:xfrm');
  const offset = child(frame, 'a:off');
  return offset && { top: Number(offset.attributes['y'] ?? 0), left: Number(offset.attributes['x'] ?? 0) };
}

/** The bullet that a shape's paragraphs of a level have when they say nothing themselves. */
export function inheritedBullet(shape: XmlElement, level: number, chain: readonly XmlElement[]): DrawingParagraph['bullet'] {
  const name = `a:lvl${level + 1}pPr`;
  const placeholder = placeholderOf(shape);
  const shapes = [shape, ...(placeholder ? chain.map((root) => match(root, placeholder)) : [])];
  for (const one of shapes) {
    const found = bulletOf(child(child(child(one, 'p:txBody'), 'a:lstStyle'), name));
    if (found) return found;
  }
  if (!placeholder || family(placeholder.type) !== 'body') return 'none';
  return placeholder.type === 'subTitle' ? 'none' : bulletOf(child(child(child(chain.at(-1), 'p:txStyles'), 'p:bodyStyle'), name));
}
