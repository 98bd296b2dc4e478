/** The package of an Office Open XML document: parts and the relationships between them. */
import { posix } from 'node:path';
import { Zip } from '../archive/zip.ts';
import type { ConvertContext } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Picture } from '../model/document.ts';
import { children, parseXml, textOf, type XmlElement } from '../xml/tree.ts';

/** A reference from one part to another, or to an address outside. */
export interface Relationship {
  /** Last word of the type: `hyperlink`, `image`, `slideLayout`. */
  readonly type: string;
  /** Name of a part, or an address when external. */
  readonly target: string;
  readonly external: boolean;
}

/** An opened package. */
export class OfficePackage {
  readonly zip: Zip;

  constructor(bytes: Uint8Array, context: Pick<ConvertContext, 'budget' | 'limits'>) {
    this.zip = new Zip(bytes, context.budget, context.limits.entries);
  }

  /** The relationships of a part, by id. The empty name means the package itself. */
  relationships(part: string): ReadonlyMap<string, Relationship> {
    const bytes = this.zip.read(posix.join(posix.dirname(part), '_rels', `${posix.basename(part)}.rels`).replace(/^\.\//, ''));
    const found = new Map<string, Relationship>();
    if (!bytes) return found;
    for (const { attributes } of children(parseXml(bytes))) {
      const external = attributes['TargetMode'] === 'External';
      const target = attributes['Target'] ?? '';
      found.set(attributes['Id'] ?? '', {
        type: (attributes['Type'] ?? '').split('/').at(-1) ?? '',
        target: external ? target : posix.join('/', target.startsWith('/') ? '' : posix.dirname(part), target).slice(1),
        external,
      });
    }
    return found;
  }

  /** Name of the main part: the document, presentation or workbook. */
  mainPart(fallback: string): string {
    for (const { type, target } of this.relationships('').values()) if (type === 'officeDocument' && this.zip.has(target)) return target;
    if (this.zip.has(fallback)) return fallback;
    throw new ConvertError('malformed', `The document has no main part (${fallback}).`);
  }

  /** A parsed part; undefined when it is missing. */
  xml(part: string | undefined): XmlElement | undefined {
    const bytes = part === undefined ? undefined : this.zip.read(part);
    return bytes && parseXml(bytes);
  }

  /** Title, author and dates. */
  properties(): Record<string, string> {
    const wanted: Record<string, string> = {
      'dc:title': 'title',
      'dc:creator': 'author',
      'dc:subject': 'subject',
      'cp:keywords': 'keywords',
      'dcterms:created': 'created',
      'dcterms:modified': 'modified',
    };
    const part = [...this.relationships('').values()].find(({ type }) => type === 'core-properties')?.target ?? 'docProps/core.xml';
    const found: Record<string, string> = {};
    for (const element of children(this.xml(part))) {
      const name = wanted[element.name];
      const value = textOf(element).trim();
      if (name !== undefined && value !== '') found[name] = value;
    }
    return found;
  }

  /** A picture that a part refers to. Linked pictures keep their address and are never fetched. */
  picture(relationship: Relationship | undefined, alt: string): Picture | undefined {
    if (!relationship) return undefined;
    const { target, external } = relationship;
    const name = posix.basename(target.split(/[?#]/)[0] ?? '');
    if (external) return { type: 'image', alt, name, mimetype: pictureType(name), ...(/^https?:/i.test(target) && { url: target }) };
    return { type: 'image', alt, name, mimetype: pictureType(name), bytes: () => this.zip.read(target) };
  }
}

/** The media type of a picture by its name. */
export function pictureType(name: string): string {
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const odd: Record<string, string> = { jpg: 'jpeg', svg: 'svg+xml', tif: 'tiff', emf: 'emf', wmf: 'wmf' };
  return `image/${odd[extension] ?? (extension === '' ? 'octet-stream' : extension)}`;
}
