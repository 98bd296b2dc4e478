/** Charts and pictures on the sheets of a workbook. */
import type { ConvertContext } from '../converter.ts';
import type { Block } from '../model/document.ts';
import { chartBlocks } from '../ooxml/chart.ts';
import { OfficePackage, type Relationship } from '../ooxml/package.ts';
import { drawingParagraphs } from '../ooxml/text.ts';
import { child, children, descendant, descendants, type XmlElement } from '../xml/tree.ts';

/** Reads the drawings of sheets by the sheets' names. */
export class SheetDrawings {
  readonly #pack: OfficePackage;
  readonly #parts = new Map<string, string>();

  constructor(bytes: Uint8Array, context: ConvertContext) {
    this.#pack = new OfficePackage(bytes, context);
    const main = this.#pack.mainPart('xl/workbook.xml');
    const relationships = this.#pack.relationships(main);
    for (const { attributes } of descendants(this.#pack.xml(main), 'x:sheet')) {
      const part = relationships.get(attributes['r:id'] ?? '')?.target;
      if (part !== undefined) this.#parts.set(attributes['name'] ?? '', part);
    }
  }

  /** The charts, pictures and text boxes of a sheet. */
  blocks(sheet: string): Block[] {
    const part = this.#parts.get(sheet);
    if (part === undefined) return [];
    return [...this.#pack.relationships(part).values()]
      .filter(({ type }) => type === 'drawing')
      .flatMap(({ target }) => this.#drawing(target));
  }

  #drawing(part: string): Block[] {
    const root = this.#pack.xml(part);
    const relationships = this.#pack.relationships(part);
    return children(root).flatMap((anchor) => [
      ...this.#charts(anchor, relationships),
      ...this.#pictures(anchor, relationships),
      ...boxes(anchor, relationships),
    ]);
  }

  #charts(anchor: XmlElement, relationships: ReadonlyMap<string, Relationship>): Block[] {
    return descendants(anchor, 'c:chart').flatMap(({ attributes }) => {
      const root = this.#pack.xml(relationships.get(attributes['r:id'] ?? '')?.target);
      return root ? chartBlocks(root) : [];
    });
  }

  #pictures(anchor: XmlElement, relationships: ReadonlyMap<string, Relationship>): Block[] {
    return descendants(anchor, 'a:blip').flatMap(({ attributes }): Block[] => {
      const alt = descendant(anchor, 'xdr:cNvPr')?.attributes['descr'] ?? '';
      const picture = this.#pack.picture(relationships.get(attributes['r:embed'] ?? attributes['r:link'] ?? ''), alt);
      return picture ? [{ type: 'paragraph', content: [picture] }] : [];
    });
  }
}

function boxes(anchor: XmlElement, relationships: ReadonlyMap<string, Relationship>): Block[] {
  return descendants(anchor, 'xdr:sp').flatMap((shape) =>
    drawingParagraphs(child(shape, 'xdr:txBody'), relationships)
      .filter(({ content }) => content.length > 0)
      .map(({ content }): Block => ({ type: 'paragraph', content })),
  );
}
