/** One part of a Word document (body, note, header) with all that its paragraphs refer to. */
import type { Picture } from '../model/document.ts';
import type { OfficePackage, Relationship } from '../ooxml/package.ts';
import type { ConvertOptions } from '../options.ts';
import type { XmlElement } from '../xml/tree.ts';
import type { Numbering } from './numbering.ts';
import type { Styles } from './styles.ts';

/** What readers of a part share. */
export class DocxPart {
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly options: ConvertOptions;
  readonly package: OfficePackage;
  /** Levels that headings go down by: 1 when the document has a title of its own. */
  readonly headingShift: number;
  readonly #relationships: ReadonlyMap<string, Relationship>;

  constructor(name: string, shared: Pick<DocxPart, 'styles' | 'numbering' | 'options' | 'package' | 'headingShift'>) {
    this.styles = shared.styles;
    this.numbering = shared.numbering;
    this.options = shared.options;
    this.package = shared.package;
    this.headingShift = shared.headingShift;
    this.#relationships = shared.package.relationships(name);
  }

  /** Where a hyperlink leads; undefined inside the document. */
  linkTarget(element: XmlElement): string | undefined {
    const target = this.#relationships.get(element.attributes['r:id'] ?? '');
    if (!target?.external) return undefined;
    const anchor = element.attributes['w:anchor'];
    return anchor === undefined || target.target.includes('#') ? target.target : `${target.target}#${anchor}`;
  }

  /** The picture with an id. */
  picture(id: string | undefined, alt: string): Picture | undefined {
    return id === undefined ? undefined : this.package.picture(this.#relationships.get(id), alt);
  }

  /** Name of the part with an id. */
  partName(id: string): string | undefined {
    const found = this.#relationships.get(id);
    return found?.external === false ? found.target : undefined;
  }
}
