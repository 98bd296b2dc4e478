/** Searches the snapshot of a page. */
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { look, type LookOptions } from './look.ts';
import { matching } from './match.ts';
import type { Session } from './session.ts';
import { indentOf, refOf, takeSnapshot } from './snapshot.ts';

/** What was found. */
export interface Found {
  readonly url: string;
  /** Matching lines, each with the nearest ref. */
  readonly lines: readonly string[];
  /** All matches, shown or not. */
  readonly total: number;
}

/** Lines of the snapshot that contain a text (any case) or match a regular expression. */
export async function find(
  session: Session,
  { text, regex, maxResults, ...options }: LookOptions & { text?: string | undefined; regex?: string | undefined; maxResults: number },
): Promise<Found> {
  if ((text === undefined) === (regex === undefined)) throw new ToolError('INVALID_ARGUMENT', 'Give either text or regex.');
  return withSpan('browser.find', {}, async () =>
    look(session, options, async (tab) => {
      const lines = await takeSnapshot(tab.page, false, options.signal);
      const wanted = text?.toLowerCase() ?? '';
      const hits =
        regex === undefined ? lines.flatMap((line, index) => (line.toLowerCase().includes(wanted) ? [index] : [])) : matching(regex, lines);
      return {
        url: tab.url,
        total: hits.length,
        lines: hits.slice(0, Math.max(1, maxResults)).map((index) => withRef(lines, index)),
      };
    }),
  );
}

/** A line, with the element that it belongs to when it has no ref of its own. */
function withRef(lines: readonly string[], index: number): string {
  const line = lines[index] ?? '';
  if (refOf(line) !== undefined) return line.trim();
  let indent = indentOf(line);
  for (let above = index - 1; above >= 0; above--) {
    const candidate = lines[above] ?? '';
    if (indentOf(candidate) >= indent) continue;
    indent = indentOf(candidate);
    if (refOf(candidate) !== undefined) return `${line.trim()} (in ${candidate.trim().replace(/^- /, '').replace(/:$/, '')})`;
  }
  return line.trim();
}
