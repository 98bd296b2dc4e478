/** XML as light trees, made in one pass; large files are handed over piece by piece. */
import { SaxesParser } from 'saxes';
import { declaredCharset, decodeText } from '../detect/charset.ts';
import { ConvertError } from '../errors.ts';
import { canonicalPrefix } from './namespaces.ts';

/** An element. Names carry the usual prefix of their namespace, whatever the file calls it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

/** Deeper nesting is an attack, not a document. */
const deepest = 512;

/** Options of {@link streamXml}. */
export interface StreamOptions {
  /** True for an element that is handed over whole and then forgotten. Depth 0 is the root. */
  readonly isPiece: (name: string, depth: number, parent: string) => boolean;
  readonly onPiece: (element: XmlElement) => void;
}

/** Parses a whole file. @throws ConvertError `malformed` when it has no root */
export function parseXml(bytes: Uint8Array): XmlElement {
  let root: XmlElement | undefined;
  streamXml(bytes, {
    isPiece: (_name, depth) => depth === 0,
    onPiece: (element) => {
      root ??= element;
    },
  });
  if (!root) throw new ConvertError('malformed', 'The XML has no root element.');
  return root;
}

/** Parses a file and hands over its pieces. Small faults of the XML are forgiven. */
export function streamXml(bytes: Uint8Array, options: StreamOptions): void {
  const parser = new SaxesParser<{ xmlns: false }>({ xmlns: false });
  const renamed = new Map<string, string>();
  const open: XmlElement[] = [];
  const names: string[] = [];
  let firstFault: Error | undefined;
  let pieces = 0;
  parser.on('error', (fault) => {
    firstFault ??= fault;
  });
  parser.on('opentag', ({ name: raw, attributes }) => {
    if (names.length >= deepest) throw new ConvertError('limit', `The XML nests elements more than ${deepest} deep.`);
    for (const key in attributes) {
      if (key.startsWith('xmlns')) rename(renamed, key.slice(6), attributes[key] ?? '');
    }
    const name = renamed.size === 0 ? raw : canonicalName(raw, renamed);
    const parent = names.at(-1) ?? '';
    names.push(name);
    if (open.length === 0 && !options.isPiece(name, names.length - 1, parent)) return;
    const element: XmlElement = {
      name,
      attributes: renamed.size === 0 ? attributes : canonicalAttributes(attributes, renamed),
      children: [],
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => {
    names.pop();
    const element = open.pop();
    if (!element || open.length > 0) return;
    pieces++;
    options.onPiece(element);
  });
  const addText = (value: string) => open.at(-1)?.children.push(value);
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(decodeText(bytes, declaredCharset(bytes)).trimStart()).close();
  if (pieces === 0 && firstFault) throw new ConvertError('malformed', `The XML is broken: ${firstFault.message}`, { cause: firstFault });
}

function rename(renamed: Map<string, string>, prefix: string, uri: string): void {
  const wanted = canonicalPrefix(uri);
  if (wanted !== undefined && wanted !== prefix) renamed.set(prefix, wanted);
}

function canonicalName(raw: string, renamed: ReadonlyMap<string, string>): string {
  const colon = raw.indexOf(':');
  const wanted = renamed.get(colon === -1 ? '' : raw.slice(0, colon));
  return wanted === undefined ? raw : `${wanted}:${raw.slice(colon + 1)}`;
}

function canonicalAttributes(attributes: Readonly<Record<string, string>>, renamed: ReadonlyMap<string, string>): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) result[key.includes(':') ? canonicalName(key, renamed) : key] = value;
  return result;
}

/** The child elements, with a name or all. */
export function children(element: XmlElement | undefined, name?: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (child): child is XmlElement => typeof child !== 'string' && (name === undefined || child.name === name),
  );
}

/** The first child element with a name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const one of element?.children ?? []) if (typeof one !== 'string' && one.name === name) return one;
  return undefined;
}

/** The first element with a name, at any depth, in document order. */
export function descendant(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const one of children(element)) {
    if (one.name === name) return one;
    const below = descendant(one, name);
    if (below) return below;
  }
  return undefined;
}

/** All elements with a name, at any depth, in document order. */
export function descendants(element: XmlElement | undefined, name: string, found: XmlElement[] = []): XmlElement[] {
  for (const one of children(element)) {
    if (one.name === name) found.push(one);
    descendants(one, name, found);
  }
  return found;
}

/** All text inside an element. */
export function textOf(element: XmlElement | undefined): string {
  return (element?.children ?? []).map((one) => (typeof one === 'string' ? one : textOf(one))).join('');
}
