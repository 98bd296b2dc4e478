/** Reads a page without changing it: its snapshot, whole or in parts. */
import { withSpan } from '@sandlot/core/telemetry';
import type { Page } from 'playwright-core';
import { cutText } from './cut.ts';
import { look } from './look.ts';
import type { Session } from './session.ts';
import { clean, selectLines, type Selection, takeSnapshot, unlessTooLarge, withoutBox } from './snapshot.ts';
import { locate } from './target.ts';

/** A text or a part of it. */
export interface Part {
  readonly url: string;
  readonly title: string;
  readonly text: string;
  readonly lines: number;
  /** Characters that this answer leaves out after the part. */
  readonly left: number;
  readonly cursor?: string;
  /** File that holds the text instead. */
  readonly path?: string;
  /** What the selection leaves out. */
  readonly note?: string;
}

/** What to read. */
export interface ReadOptions {
  readonly scope?: Selection['scope'] | undefined;
  readonly depth?: number | undefined;
  readonly boxes?: boolean | undefined;
  readonly target?: string | undefined;
  readonly tabId?: string | undefined;
  readonly filename?: string | undefined;
  readonly maxChars: number;
  readonly signal: AbortSignal;
}

/** The snapshot of a page, or the part that the options select, at most `maxChars` long. */
export async function readPage(session: Session, options: ReadOptions): Promise<Part> {
  return withSpan('browser.snapshot', { attributes: { 'sandlot.browser.scope': options.scope ?? 'page' } }, async () =>
    look(session, options, async (tab) => {
      const { scope = 'page', depth, boxes = false, target, signal } = options;
      const withBoxes = boxes || scope === 'viewport';
      const part = target === undefined ? undefined : await snapshotOf(tab.page, target, withBoxes, signal);
      const whole = takeSnapshot(tab.page, withBoxes, signal);
      const lines = part === undefined ? await whole : await unlessTooLarge(whole);
      const viewport = scope === 'viewport' ? await tab.viewport() : undefined;
      const picked = selectLines(
        part ?? lines ?? [],
        { scope, boxes, ...(depth !== undefined && { depth: Math.max(1, depth) }) },
        viewport,
      );
      if (lines) tab.saw(lines.map(withoutBox));
      const note = lines && picked.length < lines.length ? `Shows ${picked.length} of the page's ${lines.length} lines.` : undefined;
      const head = { url: tab.url, title: await tab.page.title(), ...(note !== undefined && { note }) };
      return { ...head, ...(await deliver(session, picked.join('\n'), options)) };
    }),
  );
}

/** Must be followed by a snapshot of the whole page: it makes Playwright forget the refs outside the element. */
async function snapshotOf(page: Page, target: string, boxes: boolean, signal: AbortSignal): Promise<string[]> {
  const locator = await locate(page, target);
  return clean(await locator.ariaSnapshot({ mode: 'ai', boxes, signal })).split('\n');
}

/** The rest of a text that was cut. */
export function continueText(session: Session, cursor: string, maxChars: number): Part {
  const { text, offset } = session.recall(cursor);
  return { url: session.current?.url ?? '', title: '', ...cutText(session, text, maxChars, offset) };
}

/** Puts a text into the answer, or into a file when one is named. */
export async function deliver(
  session: Session,
  text: string,
  { filename, maxChars }: { filename?: string | undefined; maxChars: number },
): Promise<Pick<Part, 'text' | 'lines' | 'left' | 'cursor' | 'path'>> {
  if (filename === undefined) return cutText(session, text, maxChars);
  return { text: '', lines: text.split('\n').length, left: 0, path: await session.files.write(filename, text) };
}
