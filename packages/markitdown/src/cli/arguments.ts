/** Arguments of the command line. */
import { parseArgs } from 'node:util';

const flags = {
  output: { type: 'string', short: 'o' },
  'output-dir': { type: 'string', short: 'd' },
  extension: { type: 'string', short: 'x' },
  'mime-type': { type: 'string', short: 'm' },
  charset: { type: 'string', short: 'c' },
  url: { type: 'string' },
  pages: { type: 'string' },
  section: { type: 'string' },
  'max-chars': { type: 'string' },
  offset: { type: 'string' },
  images: { type: 'string' },
  'keep-data-uris': { type: 'boolean' },
  main: { type: 'boolean' },
  tables: { type: 'string' },
  links: { type: 'string' },
  formulas: { type: 'boolean' },
  hidden: { type: 'boolean' },
  'page-markers': { type: 'boolean' },
  'track-changes': { type: 'string' },
  'no-comments': { type: 'boolean' },
  'no-notes': { type: 'boolean' },
  'headers-footers': { type: 'boolean' },
  json: { type: 'boolean' },
  'front-matter': { type: 'boolean' },
  jobs: { type: 'string' },
  plugin: { type: 'string', short: 'p', multiple: true },
  'allow-private-addresses': { type: 'boolean' },
  'timeout-ms': { type: 'string' },
  password: { type: 'string' },
  ocr: { type: 'string' },
  'ocr-languages': { type: 'string' },
  'list-formats': { type: 'boolean' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Flags that make sense for a server; with only these, a server is meant. */
const serverFlags =
  /^--(?:http|socket|workspace|caps|api-key|auth|no-auth|log-level|call-timeout-ms|request-bytes|max-bytes|max-inflated-bytes|timeout-ms|memory-mb|fetch-timeout-ms|concurrency|plugins|allowed-hosts|blocked-hosts|allow-private-addresses|no-allow-private-addresses)(?:=|$)/;
const valuelessServerFlags = /^--(?:no-.*|auth|allow-private-addresses)$/;

/** True when the arguments ask for a conversion rather than for a server. */
export function isCommand(argv: readonly string[]): boolean {
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    if (!serverFlags.test(argument)) return true;
    if (!argument.includes('=') && !valuelessServerFlags.test(argument)) at++;
  }
  return false;
}

/** Parses the arguments. @throws TypeError for unknown flags */
export function parseCommand(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: flags, allowPositionals: true });
}

/** The flags by name. */
export type CommandFlags = ReturnType<typeof parseCommand>['values'];

export const help = `Usage: sandlot-markitdown [options] FILE|URL|-...

Prints a document as Markdown. "-" reads it from stdin. Without a document it serves MCP on stdio
(--http [HOST:]PORT, --workspace DIR and the other options of the server are in the README).

  -o, --output FILE          write to a file instead of stdout
  -d, --output-dir DIR       write each document to DIR/NAME.md; folders are read recursively
      --jobs N               conversions at once with -d (default 2)
  -x, --extension EXT        kind to assume when the content does not tell
  -m, --mime-type TYPE       declared type
  -c, --charset NAME         charset of a text
      --url URL              address where the document came from
      --pages RANGES         pages, slides or sheets: 1-3,7
      --section TITLE        only the part under a heading: "Methods", "Results > Data"
      --max-chars N          most characters; --offset N starts there
      --images DIR           save pictures to DIR and link them
      --keep-data-uris       pictures as data URIs
      --main                 web pages: the article alone
      --tables gfm|html|auto
      --links keep|absolute|text
      --formulas             spreadsheets: formulas instead of values
      --hidden               hidden slides, sheets, rows and columns too
      --page-markers         <!-- page 3 --> before each page
      --track-changes accept|reject|mark
      --no-comments, --no-notes, --headers-footers
      --front-matter         title and other facts as YAML first
      --json                 Markdown and facts as JSON
      --password WORD        opens a password protected PDF or Office document
      --ocr off|auto|force   read scans and pictures, with the program tesseract or the package tesseract.js
      --ocr-languages LIST   eng,deu (default eng)
  -p, --plugin FILE          module with a converter as default export, an ocrEngine or a transcriber
      --timeout-ms N         longest time of a conversion (default 120000)
      --allow-private-addresses
      --list-formats, -v/--version, -h/--help

Exit status: 0 done, 1 failed, 2 wrong usage, 3 unsupported kind.
`;
