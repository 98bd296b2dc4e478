/** The `display` helper of JavaScript cells. */
import { inspect } from 'node:util';
import { toBundle } from './to-bundle.ts';
import { send } from './send.ts';

/** Shows a value: as it would be shown at the end of a cell, or a MIME bundle such as `{ 'text/html': '…' }` as it is. */
export function display(value: unknown): void {
  show(isBundle(value) ? value : (toBundle(value) ?? { 'text/plain': String(value) }));
}

/** Shows HTML. */
display.html = (html: string) => show({ 'text/html': html });
/** Shows an SVG picture. */
display.svg = (svg: string) => show({ 'image/svg+xml': svg });
/** Shows a PNG picture, from its bytes or base64. */
display.png = (data: Uint8Array | string) => show({ 'image/png': toBase64(data) });
/** Shows a JPEG picture, from its bytes or base64. */
display.jpeg = (data: Uint8Array | string) => show({ 'image/jpeg': toBase64(data) });
/** Shows Markdown. */
display.markdown = (markdown: string) => show({ 'text/markdown': markdown });
/** Shows a value as JSON. */
display.json = (value: unknown) => show({ 'application/json': value });
/** Shows rows (objects or arrays) as a table. */
display.table = (rows: readonly unknown[]) => show({ 'text/markdown': toTable(rows) });

function show(data: Readonly<Record<string, unknown>>): void {
  send({ event: 'display', data });
}

function toBase64(data: Uint8Array | string): string {
  return typeof data === 'string' ? data.replace(/^data:[^,]*,/, '') : Buffer.from(data).toString('base64');
}

function isBundle(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/.test(key));
}

function toTable(rows: readonly unknown[]): string {
  const records = rows.map((row) => (typeof row === 'object' && row !== null ? Object.entries(row) : [['value', row] as const]));
  const columns = [...new Set(records.flatMap((entries) => entries.map(([key]) => String(key))))];
  const cells = records.map((entries) => {
    const byColumn = new Map(entries.map(([key, value]) => [String(key), value as unknown]));
    return columns.map((column) => toCell(byColumn.get(column)));
  });
  return [columns.map(toCell), columns.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function toCell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Infinity });
  return text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
}
