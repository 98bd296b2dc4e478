/** What goes on over the end of a page: paragraphs and tables. */
import type { Block, Paragraph, Table } from '../model/document.ts';
import { plainText } from '../model/document.ts';

/** Puts pages together; a paragraph or table that goes on is one. */
export function joinPages(pages: readonly (readonly Block[])[]): Block[] {
  const joined: Block[] = [];
  for (const page of pages) {
    const last = joined.at(-1);
    const [first, ...rest] = page;
    if (last?.type === 'table' && first?.type === 'table' && isContinued(last, first)) {
      joined[joined.length - 1] = withRows(last, first);
      joined.push(...rest);
    } else if (last?.type === 'paragraph' && first?.type === 'paragraph' && isUnfinished(last, first)) {
      joined[joined.length - 1] = inOne(last, first);
      joined.push(...rest);
    } else joined.push(...page);
  }
  return joined;
}

/** Puts the columns and other parts of a page together; a paragraph that goes on is one. */
export function joinZones(zones: readonly { readonly blocks: readonly Block[]; readonly startsColumn: boolean }[]): Block[] {
  const joined: Block[] = [];
  for (const { blocks, startsColumn } of zones) {
    const last = joined.at(-1);
    const [first, ...rest] = blocks;
    if (startsColumn && last?.type === 'table' && first?.type === 'table' && isContinued(last, first)) {
      joined[joined.length - 1] = withRows(last, first);
      joined.push(...rest);
    } else if (last?.type === 'paragraph' && first?.type === 'paragraph' && isUnfinished(last, first)) {
      joined[joined.length - 1] = inOne(last, first);
      joined.push(...rest);
    } else joined.push(...blocks);
  }
  return joined;
}

function inOne(last: Paragraph, first: Paragraph): Paragraph {
  const end = last.content.at(-1);
  if (end?.type !== 'text' || !/\p{Ll}-$/u.test(end.text))
    return { type: 'paragraph', content: [...last.content, { type: 'text', text: ' ' }, ...first.content] };
  return { type: 'paragraph', content: [...last.content.slice(0, -1), { ...end, text: end.text.slice(0, -1) }, ...first.content] };
}

function isUnfinished(last: Paragraph, first: Paragraph): boolean {
  const [before, after] = [plainText(last.content).trim(), plainText(first.content).trim()];
  return before.length > 40 && /[\p{Ll},-]$/u.test(before) && /^\p{Ll}/u.test(after);
}

function isContinued(last: Table, first: Table): boolean {
  return widthOf(last) === widthOf(first) && widthOf(last) > 1;
}

function widthOf({ rows }: Table): number {
  return Math.max(0, ...rows.map((row) => row.reduce((sum, { colspan = 1 }) => sum + colspan, 0)));
}

/** The rows of both; a header that is repeated is printed once. */
function withRows(last: Table, first: Table): Table {
  const head = rowText(last.rows[0]);
  const repeated = head !== '' && rowText(first.rows[0]) === head;
  return { ...last, rows: [...last.rows, ...first.rows.slice(repeated ? 1 : 0)] };
}

function rowText(row: Table['rows'][number] | undefined): string {
  return JSON.stringify(
    row?.map(({ blocks }) => blocks.map((block) => (block.type === 'paragraph' ? plainText(block.content).trim() : ''))) ?? [],
  );
}
