/** JSON lines from a stream. */
import type { Readable } from 'node:stream';

// A cell may put another in its place.
const { parse: parseJson } = JSON;

// Code can write what it likes, also a line without end.
const longestChars = 128 * 1024 * 1024;

/**
 * Calls back for each line; one that is no JSON object, or is longer than 128 Mi characters, is skipped.
 *
 * @param onMessage gets the object
 */
export function readMessages(stream: Readable, onMessage: (message: Record<string, unknown>) => void): void {
  let parts: string[] = [];
  let chars = 0;
  const keep = (part: string) => {
    chars += part.length;
    if (chars <= longestChars) parts.push(part);
    else parts = [];
  };
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      keep(chunk.slice(from, end));
      const message = parse(parts.join(''));
      parts = [];
      chars = 0;
      from = end + 1;
      if (message) onMessage(message);
    }
    if (from < chunk.length) keep(chunk.slice(from));
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  if (line === '') return undefined;
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
