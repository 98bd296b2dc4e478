/** What a notebook for tests is made of. */

/** One cell and what it must show. */
export interface NotebookCell {
  readonly code: string;
  /** All text that it shows, without the last line about the state. */
  readonly shows: string | RegExp;
  /** Default `ok`. */
  readonly status?: 'error';
  /** Arguments beside language and code. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** MIME types of its pictures. Default none. */
  readonly pictures?: readonly string[];
  /** Default: the notebook's. */
  readonly language?: 'typescript';
}

/** A block of an answer, from MCP or REST. */
export interface ShownBlock {
  readonly type: string;
  readonly text?: string | undefined;
  readonly data?: string | undefined;
  readonly mimeType?: string | undefined;
}

/** What an answer shows, without the last line about the state. */
export function shownText(content: readonly ShownBlock[]): string {
  return content
    .slice(0, -1)
    .flatMap(({ type, text }) => (type === 'text' ? [text ?? ''] : []))
    .join('\n');
}

/** MIME types of its pictures. */
export function shownPictures(content: readonly ShownBlock[]): string[] {
  return content.flatMap(({ type, mimeType }) => (type === 'image' ? [mimeType ?? ''] : []));
}
