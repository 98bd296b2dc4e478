/** Spreadsheets: every sheet a heading and its tables, values as they are shown. */
import { read, utils } from '@e965/xlsx';
import type { ParsingOptions, WorkSheet } from '@e965/xlsx';
import { Zip } from '../archive/zip.ts';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import type { Kind } from '../detect/kind.ts';
import { ConvertError, reasonOf } from '../errors.ts';
import { type Block, type Document, heading, paragraph } from '../model/document.ts';
import { selectPages } from '../pages.ts';
import { SheetDrawings } from './drawings.ts';
import { type SheetCells, sheetTables } from './tables.ts';

const kinds: ReadonlySet<Kind> = new Set(['xlsx', 'xls', 'xlsb']);

/** Converts .xlsx, .xlsm, .xlsb, .xls. */
export const sheet: Converter = { name: 'spreadsheet', accepts: ({ kind }) => kinds.has(kind), convert };

function convert({ bytes, detected }: Input, context: ConvertContext): Document {
  if (detected.kind !== 'xls') checkSize(bytes, context);
  const { options } = context;
  const names = options.pages === undefined ? undefined : readBook(bytes, { ...secret(options.password), bookSheets: true }).SheetNames;
  const some = names && names.flatMap((name, at) => (selectPages(options.pages, names.length, names)(at + 1) ? [name] : []));
  const book = readBook(bytes, {
    ...secret(options.password),
    ...(some && { sheets: some }),
    // The library would take 0 for the value of a formula that was never calculated.
    cellFormula: options.formulas === true,
    cellHTML: false,
  });
  const wanted = selectPages(options.pages, book.SheetNames.length, book.SheetNames);
  const drawings = detected.kind === 'xlsx' ? new SheetDrawings(bytes, context) : undefined;
  const notes = new Map<string, Block[]>();
  const blocks: Block[] = [];
  for (const [index, name] of book.SheetNames.entries()) {
    const hidden = (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) !== 0;
    const one = book.Sheets[name];
    if (!one || !wanted(index + 1) || (hidden && options.hidden !== true)) continue;
    context.check();
    context.progress(index, book.SheetNames.length);
    const tables = [...sheetTables(cellsOf(one, notes), options), ...(drawings?.blocks(name) ?? [])];
    if (tables.length > 0) blocks.push(heading(2, name), ...tables);
  }
  const title = book.Props?.Title;
  return { blocks, notes, metadata: { sheets: book.SheetNames.join(', ') }, ...(title && { title }) };
}

function secret(password: string | undefined): ParsingOptions {
  return password === undefined ? {} : { password };
}

function readBook(bytes: Uint8Array, options: ParsingOptions) {
  try {
    return read(bytes, { type: 'array', dense: true, cellDates: false, cellNF: true, cellStyles: true, ...options });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/password|encrypt/i.test(message)) throw new ConvertError('encrypted', 'The workbook is password protected.', { cause: error });
    throw new ConvertError('malformed', `The workbook is broken: ${reasonOf(error)}`, { cause: error });
  }
}

/** The library unpacks by itself, so the declared sizes are checked before. */
function checkSize(bytes: Uint8Array, { budget, limits }: ConvertContext): void {
  for (const entry of new Zip(bytes, budget, limits.entries).entries) {
    if (entry.bytes > budget.mostFor(entry.packedBytes)) throw budget.tooLarge(entry.name);
    budget.take(entry.bytes);
  }
}

function cellsOf(one: WorkSheet, notes: Map<string, Block[]>): SheetCells {
  return {
    rows: one['!data'] ?? [],
    merges: one['!merges'] ?? [],
    hiddenRows: one['!rows'] ?? [],
    hiddenColumns: one['!cols'] ?? [],
    format: (cell) => utils.format_cell(cell),
    addNote(author, words) {
      const id = `comment ${notes.size}`;
      // A threaded comment carries a notice for old programs.
      const clean = words.replace(/^\[Threaded comment\][\s\S]*?\nComment:\s*/, '').trim();
      notes.set(id, [paragraph(author && !author.startsWith('tc={') ? `Comment by ${author}: ${clean}` : `Comment: ${clean}`)]);
      return id;
    },
  };
}
