/** The usual prefix of each namespace that the readers know. */

const officeOpen = 'http://schemas.openxmlformats.org/';
const strict = 'http://purl.oclc.org/ooxml/';
const openDocument = 'urn:oasis:names:tc:opendocument:xmlns:';

const officeNames: Readonly<Record<string, string>> = {
  'wordprocessingml/main': 'w',
  'drawingml/main': 'a',
  'drawingml/wordprocessingDrawing': 'wp',
  'drawingml/picture': 'pic',
  'drawingml/chart': 'c',
  'drawingml/diagram': 'dgm',
  'officeDocument/relationships': 'r',
  'officeDocument/math': 'm',
  'presentationml/main': 'p',
  'spreadsheetml/main': 'x',
  'drawingml/spreadsheetDrawing': 'xdr',
};

const openDocumentNames: ReadonlySet<string> = new Set([
  'office',
  'text',
  'table',
  'style',
  'drawing',
  'xsl-fo-compatible',
  'svg-compatible',
  'presentation',
  'datastyle',
  'meta',
]);
const openDocumentPrefixes: Readonly<Record<string, string>> = {
  drawing: 'draw',
  'xsl-fo-compatible': 'fo',
  'svg-compatible': 'svg',
  datastyle: 'number',
};

const others: Readonly<Record<string, string>> = {
  'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc',
  'urn:schemas-microsoft-com:vml': 'v',
  'http://www.w3.org/1999/xlink': 'xlink',
  'http://purl.org/dc/elements/1.1/': 'dc',
  'http://schemas.microsoft.com/office/word/2010/wordprocessingShape': 'wps',
  'http://schemas.microsoft.com/office/word/2010/wordml': 'w14',
};

/** The usual prefix of a namespace; undefined when no reader cares. */
export function canonicalPrefix(uri: string): string | undefined {
  const known = others[uri];
  if (known !== undefined) return known;
  if (uri.startsWith(officeOpen)) return officeNames[uri.slice(officeOpen.length).replace('/2006/', '/')];
  if (uri.startsWith(strict)) return officeNames[uri.slice(strict.length)];
  if (uri.startsWith(openDocument)) {
    const [name = ''] = uri.slice(openDocument.length).split(':');
    return openDocumentNames.has(name) ? (openDocumentPrefixes[name] ?? name) : undefined;
  }
  return undefined;
}
