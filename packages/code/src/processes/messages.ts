/** JSON lines from a stream. */
import type { Readable } from 'node:stream';

// A cell may put another in its place.
const { parse: parseJson } = JSON;

/**
 * Calls back for each line; a line that is no JSON object is skipped.
 *
 * @param onMessage gets the object
 */
export function readMessages(stream: Readable, onMessage: (message: Record<string, unknown>) => void): void {
  let parts: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      const line = parts.length > 0 ? parts.join('') + chunk.slice(from, end) : chunk.slice(from, end);
      parts = [];
      from = end + 1;
      const message = parse(line);
      if (message) onMessage(message);
    }
    if (from < chunk.length) parts.push(chunk.slice(from));
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseJson(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True for an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
