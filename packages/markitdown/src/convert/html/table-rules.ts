/** Tables of web pages. Linear in the size of the table; merged cells fill their places. */
import type TurndownService from 'turndown';
import type { Align } from '../model/document.ts';
import { writePipeTable } from '../writer/table.ts';
import { cellText } from '../writer/write.ts';
import { elementsOf } from './dom.ts';

interface PrintedCell {
  readonly blocks: readonly [{ readonly type: 'markdown'; readonly text: string }] | readonly [];
  readonly colspan: number;
  readonly rowspan: number;
}

/** Adds the rules. The cells are printed first; their table collects them. */
export function addTableRules(service: TurndownService, mode: 'gfm' | 'html' | 'auto'): void {
  const printed = new WeakMap<Node, string>();
  service.addRule('cell', {
    filter: ['td', 'th'],
    replacement: (content, node) => {
      printed.set(node, content.trim());
      return '';
    },
  });
  service.addRule('rows', { filter: ['tr', 'thead', 'tbody', 'tfoot', 'colgroup', 'col'], replacement: () => '' });
  service.addRule('caption', { filter: 'caption', replacement: (content) => (content.trim() === '' ? '' : `\n\n${content.trim()}\n\n`) });
  service.addRule('table', {
    filter: 'table',
    replacement: (captions, node) => {
      const table = node as unknown as Element;
      const rows = rowsOf(table);
      const caption = captions.trim() === '' ? '' : `\n\n${captions.trim()}`;
      if (isLayout(table, rows)) {
        const pieces = rows.flatMap(cellsOf).map((cell) => printed.get(cell) ?? '');
        return `${caption}\n\n${pieces.filter((piece) => piece !== '').join('\n\n')}\n\n`;
      }
      if (
        mode === 'html' ||
        (mode === 'auto' && rows.some((row) => cellsOf(row).some((cell) => span(cell, 'colspan') > 1 || span(cell, 'rowspan') > 1)))
      )
        return `${caption}\n\n${htmlTable(rows, printed)}\n\n`;
      const cells = rows.map((row) =>
        cellsOf(row).map((cell): PrintedCell => ({
          blocks: [{ type: 'markdown', text: printed.get(cell) ?? '' }],
          colspan: span(cell, 'colspan'),
          rowspan: span(cell, 'rowspan'),
        })),
      );
      const align = cellsOf(rows[0]).map(alignOf);
      const text = writePipeTable({ type: 'table', rows: cells.filter((row) => row.length > 0), align }, ([block]) =>
        block?.type === 'markdown' ? cellText(flat(block.text)) : '',
      );
      return `${caption}\n\n${text}\n\n`;
    },
  });
}

function rowsOf(table: Element): Element[] {
  const rows: Element[] = [];
  const footers: Element[] = [];
  for (const child of elementsOf(table)) {
    if (child.nodeName === 'TR') rows.push(child);
    else if (/^T(?:HEAD|BODY|FOOT)$/.test(child.nodeName))
      (child.nodeName === 'TFOOT' ? footers : rows).push(...elementsOf(child).filter(({ nodeName }) => nodeName === 'TR'));
  }
  return [...rows, ...footers];
}

function cellsOf(row: Element | undefined): Element[] {
  return row ? elementsOf(row).filter(({ nodeName }) => nodeName === 'TD' || nodeName === 'TH') : [];
}

/** A table that only places things: it has a role for it, one cell, or other tables and blocks inside. */
function isLayout(table: Element, rows: readonly Element[]): boolean {
  if (/^(?:presentation|none)$/.test(table.getAttribute('role') ?? '')) return true;
  const cells = rows.reduce((sum, row) => sum + cellsOf(row).length, 0);
  if (cells <= 1) return true;
  if (table.querySelector('th') !== null) return false;
  return table.querySelector('table, h1, h2, h3') !== null && rows.every((row) => cellsOf(row).length <= 3);
}

function htmlTable(rows: readonly Element[], printed: WeakMap<Node, string>): string {
  const lines = rows.map((row) => {
    const cells = cellsOf(row).map((cell) => {
      const tag = cell.nodeName.toLowerCase();
      const spans = (['colspan', 'rowspan'] as const)
        .map((name) => (span(cell, name) > 1 ? ` ${name}="${span(cell, name)}"` : ''))
        .join('');
      return `<${tag}${spans}>${(printed.get(cell) ?? '').replaceAll(/\n+/g, '<br>')}</${tag}>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table>\n${lines.join('\n')}\n</table>`;
}

/** Several blocks on one line: a nested table loses its rule, headings their marks. */
function flat(text: string): string {
  return text
    .replaceAll(/^\|[\s:|-]+\|$\n?/gm, '')
    .replaceAll(/^#{1,6} /gm, '')
    .replaceAll(/\\\n/g, '<br>');
}

function span(cell: Element, name: 'colspan' | 'rowspan'): number {
  const value = Number.parseInt(cell.getAttribute(name) ?? '1', 10);
  return Number.isNaN(value) || value < 1 ? 1 : Math.min(value, 1000);
}

function alignOf(cell: Element): Align | undefined {
  const value = cell.getAttribute('align') ?? /text-align:\s*(left|center|right)/.exec(cell.getAttribute('style') ?? '')?.[1];
  return value === 'left' || value === 'center' || value === 'right' ? value : undefined;
}
