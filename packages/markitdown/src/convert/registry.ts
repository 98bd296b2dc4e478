/** The built-in converters. Each loads its libraries when it is first used. */
import type { Converter } from './converter.ts';
import type { Kind } from './detect/kind.ts';

/** Loads the built-in converter for a kind; undefined when there is none. */
export async function builtIn(kind: Kind): Promise<Converter | undefined> {
  switch (kind) {
    case 'html':
      return (await import('./html/index.ts')).html;
    case 'docx':
      return (await import('./docx/index.ts')).docx;
    case 'pptx':
      return (await import('./pptx/index.ts')).pptx;
    case 'xlsx':
    case 'xls':
    case 'xlsb':
      return (await import('./sheet/index.ts')).sheet;
    case 'csv':
    case 'tsv':
      return (await import('./text/csv.ts')).csv;
    case 'pdf':
      return (await import('./pdf/index.ts')).pdf;
    case 'text':
    case 'markdown':
    case 'json':
    case 'jsonl':
    case 'xml':
      return (await import('./text/plain.ts')).plain;
    case 'odt':
    case 'ods':
    case 'odp':
      return (await import('./odf/index.ts')).odf;
    case 'epub':
      return (await import('./epub/index.ts')).epub;
    case 'ipynb':
      return (await import('./notebook/index.ts')).notebook;
    case 'rss':
      return (await import('./text/feed.ts')).feed;
    case 'zip':
    case 'tar':
    case 'gz':
      return (await import('./archive/index.ts')).archive;
    case 'doc':
      return (await import('./legacy/doc.ts')).doc;
    case 'ppt':
      return (await import('./legacy/ppt.ts')).ppt;
    case 'rtf':
      return (await import('./rtf/index.ts')).rtf;
    case 'eml':
    case 'msg':
      return (await import('./mail/index.ts')).mail;
    case 'image':
      return (await import('./media/index.ts')).picture;
    case 'audio':
    case 'video':
      return (await import('./media/recording.ts')).recording;
    default:
      return undefined;
  }
}
