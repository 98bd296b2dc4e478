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

/** At most `most` characters from `offset`, cut at the end of a line where there is one. */
export function cutText(session: Session, text: string, most: number, offset = 0): Cut {
  const whole = text.slice(offset, offset + most);
  if (text.length - offset <= most) return { text: whole, lines: whole.split('\n').length, left: 0 };
  const line = whole.lastIndexOf('\n');
  const part = line > 0 ? whole.slice(0, line) : whole.toWellFormed().replace(/\uFFFD$/, '');
  const next = offset + part.length + (line > 0 ? 1 : 0);
  return { text: part, lines: part.split('\n').length, left: text.length - next, cursor: session.keep(text, next) };
}
