/** The kinds of documents, and the names under which they come. */

/** One kind of document. */
export type Kind =
  | 'html'
  | 'markdown'
  | 'text'
  | 'json'
  | 'jsonl'
  | 'xml'
  | 'rss'
  | 'csv'
  | 'tsv'
  | 'ipynb'
  | 'docx'
  | 'pptx'
  | 'xlsx'
  | 'xlsb'
  | 'xls'
  | 'doc'
  | 'ppt'
  | 'msg'
  | 'odt'
  | 'ods'
  | 'odp'
  | 'rtf'
  | 'epub'
  | 'pdf'
  | 'eml'
  | 'zip'
  | 'tar'
  | 'gz'
  | 'image'
  | 'audio'
  | 'video'
  | 'encrypted'
  | 'binary';

/** What is known about a source before its bytes are read. */
export interface Hints {
  readonly filename?: string;
  /** With or without the dot. */
  readonly extension?: string;
  readonly mimetype?: string;
  readonly charset?: string;
  readonly url?: string;
}

/** What a source turned out to be. */
export interface Detected extends Hints {
  readonly kind: Kind;
}

const byExtension: Readonly<Record<string, Kind>> = {
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  mhtml: 'eml',
  mht: 'eml',
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
  text: 'text',
  log: 'text',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  geojson: 'json',
  xml: 'xml',
  rss: 'rss',
  atom: 'rss',
  csv: 'csv',
  tsv: 'tsv',
  ipynb: 'ipynb',
  docx: 'docx',
  docm: 'docx',
  dotx: 'docx',
  dotm: 'docx',
  pptx: 'pptx',
  pptm: 'pptx',
  ppsx: 'pptx',
  potx: 'pptx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  xltx: 'xlsx',
  xlsb: 'xlsb',
  xls: 'xls',
  doc: 'doc',
  ppt: 'ppt',
  msg: 'msg',
  odt: 'odt',
  ott: 'odt',
  ods: 'ods',
  ots: 'ods',
  odp: 'odp',
  otp: 'odp',
  rtf: 'rtf',
  epub: 'epub',
  pdf: 'pdf',
  eml: 'eml',
  zip: 'zip',
  jar: 'zip',
  tar: 'tar',
  gz: 'gz',
  tgz: 'gz',
  jpg: 'image',
  jpeg: 'image',
  png: 'image',
  gif: 'image',
  webp: 'image',
  bmp: 'image',
  tif: 'image',
  tiff: 'image',
  heic: 'image',
  mp3: 'audio',
  wav: 'audio',
  m4a: 'audio',
  flac: 'audio',
  ogg: 'audio',
  mp4: 'video',
  mov: 'video',
  mkv: 'video',
  webm: 'video',
};

const byMimetype: Readonly<Record<string, Kind>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/plain': 'text',
  'application/json': 'json',
  'application/x-ndjson': 'jsonl',
  'text/xml': 'xml',
  'application/xml': 'xml',
  'application/rss+xml': 'rss',
  'application/atom+xml': 'rss',
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ipynb+json': 'ipynb',
  'application/pdf': 'pdf',
  'application/rtf': 'rtf',
  'text/rtf': 'rtf',
  'application/epub+zip': 'epub',
  'message/rfc822': 'eml',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.ms-outlook': 'msg',
  'application/zip': 'zip',
  'application/x-tar': 'tar',
  'application/gzip': 'gz',
};

/** The kind that the name or the declared type promises. */
export function kindOfHints(hints: Hints): Kind | undefined {
  return byExtension[extensionOf(hints)] ?? byMimetype[mimetypeOf(hints)];
}

/** The extension in lower case, without the dot; empty when there is none. */
export function extensionOf(hints: Hints): string {
  const given = hints.extension?.replace(/^\./, '');
  const name = hints.filename ?? (hints.url && URL.canParse(hints.url) ? new URL(hints.url).pathname : '');
  return (given ?? /\.([\w-]{1,12})$/.exec(name)?.[1] ?? '').toLowerCase();
}

function mimetypeOf(hints: Hints): string {
  return (hints.mimetype ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
