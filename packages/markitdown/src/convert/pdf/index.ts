/** PDF files: text in reading order, headings, lists, tables with and without lines, links. */
import { getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import { ConvertError, reasonOf } from '../errors.ts';
import { noOcrEngine, pictureText } from '../engines/ocr.ts';
import type { Block, Document } from '../model/document.ts';
import { selectPages } from '../pages.ts';
import { joinPages, joinZones } from './continued.ts';
import { ruledBlocks, zoneBlocks } from './blocks.ts';
import { type PageText, withoutFurniture } from './furniture.ts';
import { type Chunk, type Ruling, toRows } from './geometry.ts';
import { EngineData } from './engine-data.ts';
import { HeadingSizes } from './headings.ts';
import { outlineLevels } from './outline.ts';
import { type ReadPage, readPage } from './page.ts';
import { pagePictures } from './pictures.ts';
import { findRuledTables, type RuledTable, splitAtWalls } from './ruled-tables.ts';
import { coversPage, taggedBlocks, tellingRoles } from './tagged.ts';
import { findZones } from './zones.ts';

/** Converts .pdf. */
export const pdf: Converter = { name: 'pdf', accepts: ({ kind }) => kind === 'pdf', convert };

type PdfPage = PageText & ReadPage;

async function convert({ bytes }: Input, context: ConvertContext): Promise<Document> {
  const { options } = context;
  const file = await open(bytes, options.password);
  const { OPS } = await getResolvedPDFJS();
  const wanted = selectPages(options.pages, file.numPages);
  const isTagged = (await file.getMarkInfo().catch(() => null))?.Marked === true;
  const numbers = Array.from({ length: file.numPages }, (_, at) => at + 1).filter(wanted);
  const pages: PdfPage[] = [];
  const scanned = new Map<number, readonly Block[]>();
  for (const number of numbers) {
    context.check();
    context.progress(pages.length, numbers.length);
    const page = { number, ...(await readPage(await file.getPage(number), OPS, isTagged)) };
    pages.push(page);
    if (options.ocr === 'force' || (options.ocr === 'auto' && page.chunks.length === 0)) {
      const blocks = await scannedBlocks(await pagePictures(await file.getPage(number), OPS).catch(() => []), context);
      if (blocks) scanned.set(number, blocks);
    }
  }
  const outline = outlineLevels(await file.getOutline().catch(() => null));
  const { info } = await file.getMetadata().catch(() => ({ info: {} }));
  await file.loadingTask.destroy();
  const empty = pages.filter(({ number, chunks }) => chunks.length === 0 && !scanned.has(number)).map(({ number }) => number);
  const facts = factsOf(info);
  return {
    blocks: toBlocks(pages, scanned, outline, options.pageMarkers === true),
    metadata: { ...facts, pages: String(file.numPages) },
    ...(facts['title'] && { title: facts['title'] }),
    ...(empty.length > 0 && { warnings: [emptyWarning(empty, options)] }),
  };
}

function emptyWarning(pages: readonly number[], { ocr, ocrEngine }: ConvertContext['options']): string {
  const said = `No text on page ${pages.join(', ')}: scanned or drawn.`;
  if (ocr !== 'auto' && ocr !== 'force') return `${said} OCR reads it when an engine is installed.`;
  return ocrEngine ? said : `${said} ${noOcrEngine}`;
}

/** The text of a page that is a picture; undefined when nothing can read it. */
async function scannedBlocks(pictures: readonly Uint8Array[], context: ConvertContext): Promise<readonly Block[] | undefined> {
  const read: Block[] = [];
  for (const picture of pictures) {
    context.check();
    const blocks = await pictureText(picture, context);
    if (!blocks) return undefined;
    read.push(...blocks);
  }
  return pictures.length > 0 ? read : undefined;
}

function toBlocks(
  pages: readonly PdfPage[],
  scanned: ReadonlyMap<number, readonly Block[]>,
  outline: ReadonlyMap<string, number>,
  markers: boolean,
): Block[] {
  const tables = pages.map(({ rulings, chunks }) => findRuledTables(rulings, chunks));
  const texts = withoutFurniture(pages, tables);
  const sizes = new HeadingSizes(
    texts.flatMap((chunks) => toRows(chunks)),
    outline,
  );
  const roles = pages.map(({ tree }) => (tree ? tellingRoles(tree) : { structure: false, headings: false }));
  const usesTags = roles.some(({ structure }) => structure);
  const hasHeadings = roles.some(({ headings }) => headings);
  const blocks = pages.map((page, at) => {
    const { tree, rulings } = page;
    const read = scanned.get(page.number);
    if (read) return [...read];
    const chunks = splitAtWalls(texts[at] ?? [], rulings);
    const drawn = findRuledTables(rulings, chunks);
    if (usesTags && tree && coversPage({ chunks, tree })) return taggedBlocks({ chunks, tree }, sizes, hasHeadings, drawn);
    return pageBlocks(chunks, rulings, drawn, sizes);
  });
  if (markers) return blocks.flatMap((page, at) => [{ type: 'marker' as const, text: `page ${pages[at]?.number}` }, ...page]);
  return joinPages(blocks);
}

function pageBlocks(chunks: readonly Chunk[], rulings: readonly Ruling[], tables: readonly RuledTable[], sizes: HeadingSizes): Block[] {
  const inside = new Set(tables.flatMap(({ rows }) => rows.flatMap((row) => row.flatMap((cell) => cell.chunks))));
  const left = chunks.filter((chunk) => !inside.has(chunk));
  // Tables cut the text into what stands above and below them.
  const blocks: Block[] = [];
  const textBlocks = (some: readonly Chunk[]) =>
    joinZones(findZones(some, rulings).map((zone) => ({ blocks: zoneBlocks(zone, sizes), startsColumn: zone.startsColumn === true })));
  let from = -Infinity;
  for (const table of tables) {
    const above = left.filter(({ baseline }) => baseline >= from && baseline < table.top);
    blocks.push(...textBlocks(above), ...ruledBlocks(table, sizes));
    from = Math.max(from, table.top);
  }
  return [...blocks, ...textBlocks(left.filter(({ baseline }) => baseline >= from))];
}

function factsOf(info: object): Record<string, string> {
  const wanted: Record<string, string> = {
    Title: 'title',
    Author: 'author',
    Subject: 'subject',
    Keywords: 'keywords',
    CreationDate: 'created',
  };
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(info)) {
    const name = wanted[key];
    if (name !== undefined && typeof value === 'string' && value.trim() !== '') found[name] = value.trim();
  }
  return found;
}

async function open(bytes: Uint8Array, password: string | undefined) {
  try {
    // The engine takes the buffer away from its owner, so it gets a copy.
    return await getDocumentProxy(Uint8Array.from(bytes), {
      useSystemFonts: false,
      useWorkerFetch: false,
      BinaryDataFactory: EngineData,
      stopAtErrors: false,
      verbosity: 0,
      ...(password !== undefined && { password }),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/password/i.test(message))
      throw new ConvertError(
        'encrypted',
        password === undefined
          ? 'The PDF is password protected.'
          : 'The PDF is password protected, and the given password does not open it.',
        { cause: error },
      );
    throw new ConvertError('malformed', `The PDF is broken: ${reasonOf(error)}`, { cause: error });
  }
}
