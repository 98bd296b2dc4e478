/** Tells which document a ZIP file is, by the names in its directory. */
import { listZip } from '../archive/zip-directory.ts';
import { Zip } from '../archive/zip.ts';
import { InflateBudget } from '../limits.ts';
import type { Kind } from './kind.ts';

/** The kind of a ZIP file. */
export function zipKind(bytes: Uint8Array): Kind {
  const names = new Set(listZip(bytes).map(({ name }) => name.replaceAll('\\', '/').replace(/^\//, '')));
  const has = (pattern: RegExp) => [...names].some((name) => pattern.test(name));
  if (names.has('mimetype') || names.has('content.xml')) {
    const zip = new Zip(bytes, new InflateBudget({ inflatedBytes: 1024 * 1024, inflateRatio: 1000 }), Infinity);
    const type = textOf(zip, 'mimetype') || textOf(zip, 'META-INF/manifest.xml');
    const found = /application\/(epub\+zip|vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))/.exec(type)?.[1];
    if (found?.endsWith('text')) return 'odt';
    if (found?.endsWith('spreadsheet')) return 'ods';
    if (found?.endsWith('presentation')) return 'odp';
    if (found !== undefined) return 'epub';
  }
  if (has(/^(?:word\/document\d*\.xml|word\/.*\.xml)$/i)) return 'docx';
  if (has(/^ppt\/(?:presentation|slides\/).*\.xml$/i)) return 'pptx';
  if (has(/^xl\/workbook\.bin$/i)) return 'xlsb';
  if (has(/^xl\/workbook\d*\.xml$/i) || has(/^xl\/worksheets\//i)) return 'xlsx';
  return names.has('META-INF/container.xml') ? 'epub' : 'zip';
}

/** A short member as text; empty when there is none or it is too large to be one. */
function textOf(zip: Zip, name: string): string {
  try {
    return new TextDecoder().decode(zip.read(name) ?? new Uint8Array());
  } catch {
    return '';
  }
}
