/** PDF files: text in reading order, headings, lists, tables with and without lines, links. */
import { getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import type { ConvertContext, Converter, Input } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import type { Block, Document } from '../model/document.ts';
import { selectPages } from '../pages.ts';
import { ruledBlocks, zoneBlocks } from './blocks.ts';
import { type PageText, withoutFurniture } from './furniture.ts';
import { type Chunk, type Ruling, toRows } from './geometry.ts';
import { HeadingSizes } from './headings.ts';
import { readPage } from './page.ts';
import { findRuledTables } from './ruled-tables.ts';
import { findZones } from './zones.ts';

/** Converts .pdf. */
export const pdf: Converter = { name: 'pdf', accepts: ({ kind }) => kind === 'pdf', convert };

async function convert({ bytes }: Input, context: ConvertContext): Promise<Document> {
  const file = await open(bytes);
  const { OPS } = await getResolvedPDFJS();
  const wanted = selectPages(context.options.pages, file.numPages);
  const pages: (PageText & { rulings: Ruling[] })[] = [];
  for (let number = 1; number <= file.numPages; number++) {
    if (!wanted(number)) continue;
    context.check();
    context.progress(number - 1, file.numPages);
    pages.push({ number, ...(await readPage(await file.getPage(number), OPS)) });
  }
  const { info } = await file.getMetadata().catch(() => ({ info: {} }));
  await file.loadingTask.destroy();
  const empty = pages.filter(({ chunks }) => chunks.length === 0).map(({ number }) => number);
  const facts = factsOf(info);
  return {
    blocks: toBlocks(pages, context.options.pageMarkers === true),
    metadata: { ...facts, pages: String(file.numPages) },
    ...(facts['title'] && { title: facts['title'] }),
    ...(empty.length > 0 && { warnings: [`No text on page ${empty.join(', ')}: scanned or drawn.`] }),
  };
}

function toBlocks(pages: readonly (PageText & { rulings: Ruling[] })[], markers: boolean): Block[] {
  const texts = withoutFurniture(pages);
  const sizes = new HeadingSizes(texts.flatMap((chunks) => toRows(chunks)));
  return pages.flatMap(({ number, rulings }, at) => {
    const blocks = pageBlocks(texts[at] ?? [], rulings, sizes);
    return markers ? [{ type: 'marker' as const, text: `page ${number}` }, ...blocks] : blocks;
  });
}

function pageBlocks(chunks: readonly Chunk[], rulings: readonly Ruling[], sizes: HeadingSizes): Block[] {
  const tables = findRuledTables(rulings, chunks);
  const inside = new Set(tables.flatMap(({ rows }) => rows.flatMap((row) => row.flatMap((cell) => cell.chunks))));
  const left = chunks.filter((chunk) => !inside.has(chunk));
  // Tables cut the text into what stands above and below them.
  const blocks: Block[] = [];
  let from = -Infinity;
  for (const table of tables) {
    const above = left.filter(({ baseline }) => baseline >= from && baseline < table.top);
    blocks.push(...findZones(above).flatMap((zone) => zoneBlocks(zone, sizes)), ...ruledBlocks(table, sizes));
    from = Math.max(from, table.top);
  }
  const below = left.filter(({ baseline }) => baseline >= from);
  return [...blocks, ...findZones(below).flatMap((zone) => zoneBlocks(zone, sizes))];
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

async function open(bytes: Uint8Array) {
  try {
    // The engine takes the buffer away from its owner, so it gets a copy.
    return await getDocumentProxy(Uint8Array.from(bytes), { useSystemFonts: false, stopAtErrors: false, verbosity: 0 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/password/i.test(message)) throw new ConvertError('encrypted', 'The PDF is protected with a password.', { cause: error });
    throw new ConvertError('malformed', `The PDF is broken: ${message}`, { cause: error });
  }
}
