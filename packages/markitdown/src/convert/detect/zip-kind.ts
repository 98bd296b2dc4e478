/** Tells which document a ZIP file is, by the names in its directory. */
import { listZip } from '../archive/zip-directory.ts';
import type { Kind } from './kind.ts';

/** The kind of a ZIP file. */
export function zipKind(bytes: Uint8Array): Kind {
  const names = new Set(listZip(bytes).map(({ name }) => name.replaceAll('\\', '/').replace(/^\//, '')));
  const has = (pattern: RegExp) => [...names].some((name) => pattern.test(name));
  if (names.has('mimetype')) {
    // The first entry is stored, so its text stands near the start of the file.
    const type = /application\/(epub\+zip|vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation))/.exec(
      Buffer.from(bytes.subarray(0, 256)).toString('latin1'),
    )?.[1];
    if (type?.endsWith('text')) return 'odt';
    if (type?.endsWith('spreadsheet')) return 'ods';
    if (type?.endsWith('presentation')) return 'odp';
    if (type || has(/^META-INF\/container\.xml$/)) return 'epub';
  }
  if (has(/^(?:word\/document\d*\.xml|word\/.*\.xml)$/i)) return 'docx';
  if (has(/^ppt\/(?:presentation|slides\/).*\.xml$/i)) return 'pptx';
  if (has(/^xl\/workbook\.bin$/i)) return 'xlsb';
  if (has(/^xl\/workbook\d*\.xml$/i) || has(/^xl\/worksheets\//i)) return 'xlsx';
  return names.has('META-INF/container.xml') ? 'epub' : 'zip';
}
