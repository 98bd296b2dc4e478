/** Cuts a text for an answer; the rest stays behind a cursor. */
import type { Session } from './session.ts';

/** A part of a text. */
export interface Cut {
  readonly text: string;
  readonly lines: number;
  /** Characters after the part. */
  readonly left: number;
  readonly cursor?: string;
}

/** No answer has more of a text at once. */
const mostChars = 100_000;

/** At most `most` characters from `offset`, cut at the end of a line where there is one. */
export function cutText(session: Session, whole: string, most: number, offset = 0): Cut {
  const text = session.secrets.hide(whole);
  const size = Math.min(mostChars, Math.max(100, most));
  const first = text.slice(offset, offset + size);
  if (text.length - offset <= size) return { text: first, lines: first.split('\n').length, left: 0 };
  const line = first.lastIndexOf('\n');
  const part = line > 0 ? first.slice(0, line) : first.toWellFormed().replace(/\uFFFD$/, '');
  const next = offset + part.length + (line > 0 ? 1 : 0);
  return { text: part, lines: part.split('\n').length, left: text.length - next, cursor: session.keep(text, next) };
}
