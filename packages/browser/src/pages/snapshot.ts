/** The accessibility snapshot of a page as lines, and the parts of it that are asked for. */
import { ToolError } from '@sandlot/core';
import type { Page } from 'playwright-core';
import { hasStuckFrame } from './stuck-frames.ts';

/** Which part of the page a snapshot shows. */
export type Scope = 'page' | 'viewport' | 'interactive';

/** What to take from a snapshot. */
export interface Selection {
  /** Default `page`. */
  scope?: Scope;
  /** Only this many levels. */
  depth?: number;
  /** Keep the bounding boxes. Default false. */
  boxes?: boolean;
}

const acting =
  /^(?:button|link|textbox|searchbox|checkbox|radio|combobox|listbox|option|menuitem|menuitemcheckbox|menuitemradio|slider|spinbutton|switch|tab|treeitem|gridcell|iframe)\b/;
const heading = /^heading\b/;

/** Longest time of a snapshot; frames that have not answered by then are left out. */
const usualMs = 15_000;
const stuckMs = 2_000;
/** A snapshot of more would take longer than anybody waits: it costs about 0.1 ms an element. */
const mostElements = 40_000;

/**
 * Takes the whole snapshot. It is always taken whole, because Playwright resolves refs against the latest one only.
 *
 * @param boxes with bounding boxes, which cost time on large pages
 * @throws ToolError PAYLOAD_TOO_LARGE when the page has too many elements
 */
export async function takeSnapshot(page: Page, boxes: boolean, signal: AbortSignal): Promise<string[]> {
  // Where the document is on its way to another one, the snapshot waits for that.
  const elements = await page.evaluate(() => document.getElementsByTagName('*').length).catch(() => 0);
  if (elements > mostElements) {
    throw new ToolError('PAYLOAD_TOO_LARGE', `The page has ${elements} elements; a snapshot takes ${mostElements}.`, {
      advice: 'Read it with browser_get_markdown, or a part of it with browser_snapshot and a selector as target; act by selector.',
    });
  }
  const take = async (timeout: number) => page.ariaSnapshot({ mode: 'ai', boxes, signal, timeout });
  // A page with such a frame may be slow besides.
  const text = (await hasStuckFrame(page)) ? await take(stuckMs).catch(async () => take(usualMs)) : await take(usualMs);
  return clean(text).split('\n');
}

/** Undefined instead of the refusal of a page that is too large. */
export async function unlessTooLarge<T>(taking: Promise<T>): Promise<T | undefined> {
  return taking.catch((error: unknown) => {
    if (ToolError.is(error) && error.code === 'PAYLOAD_TOO_LARGE') return undefined;
    throw error;
  });
}

/** Picks lines from a snapshot; the viewport scope needs one with boxes, and the size of the viewport. */
export function selectLines(lines: readonly string[], selection: Selection, viewport = { width: 0, height: 0 }): string[] {
  let picked = [...lines];
  if (selection.scope === 'interactive') picked = keep(picked, (line) => isActing(line));
  if (selection.scope === 'viewport') picked = keep(picked, (line) => isVisible(line, viewport));
  const { depth } = selection;
  if (depth !== undefined) picked = picked.filter((line) => indentOf(line) < depth * 2);
  return selection.boxes ? picked : picked.map(withoutBox);
}

/** The ref in a line, or undefined. Attributes stand in any order after the name. */
export function refOf(line: string): string | undefined {
  return / \[ref=(f?\d*e\d+)\]/.exec(line)?.[1];
}

/** The line without its bounding box. */
export function withoutBox(line: string): string {
  return line.replace(/ \[box=[^\]]*\]/, '');
}

/** Number of spaces in front of a line. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Removes what a person would not see: control and formatting characters (but the two joiners), lone surrogates. */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}--[\t\n]]|[\p{Cf}--[\u200C\u200D]]/gv, '');
}

/** True for a line of something that can be acted on, and for headings. */
export function isActing(line: string): boolean {
  const text = line.trimStart().replace(/^- /, '').replace(/^'/, '');
  return acting.test(text) || heading.test(text) || line.includes('[cursor=pointer]');
}

function isVisible(line: string, viewport: { width: number; height: number }): boolean | 'inherit' {
  const box = / \[box=(-?[\d.]+),(-?[\d.]+),([\d.]+),([\d.]+)\]/.exec(line);
  // Text and properties have no box of their own: they go with their parent.
  if (!box) return 'inherit';
  const [x, y, width, height] = box.slice(1).map(Number) as [number, number, number, number];
  if (/\[ref=f\d/.test(line)) return 'inherit';
  return x < viewport.width && y < viewport.height && x + width > 0 && y + height > 0;
}

/** Keeps the lines that pass, moved left so that they hang below the nearest kept ancestor. */
function keep(lines: readonly string[], passes: (line: string) => boolean | 'inherit'): string[] {
  const kept: string[] = [];
  const path: { indent: number; depth: number; kept: boolean }[] = [];
  for (const line of lines) {
    const indent = indentOf(line);
    while (path.length > 0 && (path.at(-1)?.indent ?? 0) >= indent) path.pop();
    const parent = path.at(-1);
    const verdict = passes(line);
    const take = verdict === 'inherit' ? (parent?.kept ?? false) : verdict;
    const depth = parent === undefined ? 0 : parent.depth + (parent.kept ? 1 : 0);
    if (take) kept.push('  '.repeat(depth) + line.trimStart());
    path.push({ indent, depth, kept: take });
  }
  return kept;
}
