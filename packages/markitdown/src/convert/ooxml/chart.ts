/** The data of a chart as a table. */
import { type Block, cell, type Cell, heading } from '../model/document.ts';
import { child, children, descendant, descendants, textOf, type XmlElement } from '../xml/tree.ts';

/** Most points of a series that are printed. */
const mostPoints = 2000;

/** A heading with the title, and a table: categories down, series across. */
export function chartBlocks(root: XmlElement, level = 3): Block[] {
  const series = descendants(descendant(root, 'c:plotArea'), 'c:ser');
  const names = series.map((one, index) => cachedValues(child(one, 'c:tx'))[0] ?? `Series ${index + 1}`);
  const columns = series.map((one) => cachedValues(child(one, 'c:val') ?? child(one, 'c:yVal')));
  const categories = series.map((one) => cachedValues(child(one, 'c:cat') ?? child(one, 'c:xVal'))).find((one) => one.length > 0) ?? [];
  const title = descendants(child(child(root, 'c:chart'), 'c:title'), 'a:t')
    .map(textOf)
    .join('')
    .trim();
  const height = Math.min(mostPoints, Math.max(categories.length, ...columns.map((one) => one.length), 0));
  const rows: Cell[][] = [['Category', ...names].map(cell)];
  for (let at = 0; at < height; at++) rows.push([categories[at] ?? String(at + 1), ...columns.map((one) => one[at] ?? '')].map(cell));
  return [...(title ? [heading(level, `Chart: ${title}`)] : []), ...(height > 0 ? [{ type: 'table' as const, rows, headerRows: 1 }] : [])];
}

/** The values that the file keeps of a reference. */
function cachedValues(parent: XmlElement | undefined): string[] {
  const values: string[] = [];
  const cache = ['c:strCache', 'c:numCache', 'c:strLit', 'c:numLit', 'c:lvl']
    .map((name) => descendant(parent, name))
    .find((one) => one !== undefined);
  if (!cache) {
    const literal = textOf(child(parent, 'c:v')).trim();
    return literal ? [literal] : [];
  }
  for (const point of children(cache, 'c:pt')) {
    const at = Number(point.attributes['idx'] ?? values.length);
    if (at < mostPoints) values[at] = textOf(child(point, 'c:v')).trim();
  }
  return Array.from(values, (value) => value ?? '');
}
