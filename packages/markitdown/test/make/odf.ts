/** OpenDocument files out of the XML of their body. */
import { zip } from './zip.ts';

const namespaces = [
  ...Object.entries({
    office: 'office',
    text: 'text',
    table: 'table',
    style: 'style',
    draw: 'drawing',
    fo: 'xsl-fo-compatible',
    svg: 'svg-compatible',
    presentation: 'presentation',
  }).map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`),
  'xmlns:xlink="http://www.w3.org/1999/xlink"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
].join(' ');

export function odf(
  kind: 'text' | 'spreadsheet' | 'presentation',
  body: string,
  styles = '',
  files: Record<string, Uint8Array> = {},
): Uint8Array {
  return zip({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'content.xml': `<office:document-content ${namespaces}><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`,
    ...files,
  });
}
