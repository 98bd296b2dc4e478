/** One JSON message a line: the framing of MCP's stdio transport, over a pipe or a socket. */
import type { Readable, Writable } from 'node:stream';
import { ToolError } from '@sandlot/core';
import { LongLine } from './long-line.ts';
import type { MessageTransport } from './peer.ts';

/** Options of {@link lineStream}. */
export interface LineStreamOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Longest line, in bytes. */
  readonly maxBytes: number;
  /** Takes a parsed message; false when it is not one of the protocol. */
  readonly onMessage: (message: unknown) => boolean;
  /** A line that is not the protocol, at most 200 characters of it. */
  readonly onGarbage: (line: string) => void;
  /**
   * A line that is too long was passed over.
   *
   * @param id the request that it answers; undefined when that cannot be told, and the stream should end then
   */
  readonly onOverflow: (error: ToolError, id: number | undefined) => void;
  /** Ends the streams. */
  readonly close: () => void;
}

/** Reads messages from one stream and writes them to another. */
export function lineStream(options: LineStreamOptions): MessageTransport {
  let chunks: Buffer[] = [];
  let bytes = 0;
  let long: LongLine | undefined;
  const tooLong = new ToolError('PAYLOAD_TOO_LARGE', `A message has over ${options.maxBytes} bytes.`);
  options.input.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const part = rest.subarray(0, end);
      rest = rest.subarray(end + 1);
      if (long) {
        long.skip(part);
        long.end();
        long = undefined;
        continue;
      }
      const line = (chunks.length > 0 ? Buffer.concat([...chunks, part]) : part).toString('utf8');
      chunks = [];
      bytes = 0;
      if (line.trim() !== '' && !options.onMessage(parse(line))) options.onGarbage(line.slice(0, 200));
    }
    if (long) return long.skip(rest);
    if (rest.length > 0) chunks.push(rest);
    bytes += rest.length;
    if (bytes <= options.maxBytes) return;
    long = new LongLine(chunks, { maxBytes: options.maxBytes, onKnown: (id) => options.onOverflow(tooLong, id) });
    chunks = [];
    bytes = 0;
  });
  options.output.on('error', () => undefined);
  let unsent = '';
  const flush = () => {
    const text = unsent;
    unsent = '';
    if (options.output.writable) options.output.write(text);
  };
  return {
    // What is sent in one turn of the event loop goes out with one write: under load that is most of what a write costs.
    send(message) {
      if (unsent === '') setImmediate(flush);
      unsent += `${JSON.stringify(message)}\n`;
    },
    close: options.close,
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
