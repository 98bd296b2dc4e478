/** The `fetch` of a connection to a server over HTTP: no message may be longer than the limit, and addresses may have to be public. */
import { ToolError } from '@sandlot/core';
import { privateLiteral, publicLookup } from '@sandlot/core/network';
import type { AnswerPlace, AnswerRoom } from './answer-room.ts';

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Options of {@link boundedFetch}. */
export interface BoundedFetchOptions {
  /** Longest body, and longest event of a stream, in bytes. */
  readonly maxBytes: number;
  /** Only public addresses may be connected to. */
  readonly publicOnly: boolean;
  /** Where long answers of the server take turns. */
  readonly room: AnswerRoom;
}

/** Makes one. */
export async function boundedFetch({ maxBytes, publicOnly, room }: BoundedFetchOptions): Promise<Fetch> {
  const { Agent, fetch: send } = await import('undici');
  // A call may take as long as the entry's `timeout` says, and a stream may be silent.
  const connect = publicOnly ? { lookup: publicLookup(notPublic) } : {};
  const dispatcher = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 });
  return async (url, { method = 'GET', headers, body, signal, redirect } = {}) => {
    const literal = publicOnly ? privateLiteral(new URL(url)) : undefined;
    if (literal !== undefined) throw notPublic(literal, literal);
    const answer = await send(url, {
      dispatcher,
      method,
      headers: [...new Headers(headers)],
      ...(typeof body === 'string' && { body }),
      ...(signal && { signal }),
      ...(redirect && { redirect }),
    });
    const { status, statusText } = answer;
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    const content: ReadableStream<Uint8Array<ArrayBuffer>> | null = answer.body;
    if (!isStream && Number(answer.headers.get('content-length')) > maxBytes) {
      await content?.cancel();
      throw tooMuch(maxBytes);
    }
    return new Response(content && content.pipeThrough(limit(maxBytes, isStream, room.place())), {
      status,
      statusText,
      headers: [...answer.headers],
    });
  };
}

/** Counts from the last blank line in a stream of events, else from the start. */
function limit(maxBytes: number, isStream: boolean, place: AnswerPlace): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  let lineIsEmpty = false;
  return new TransformStream({
    async transform(chunk, controller) {
      let counted = 0;
      for (let end = isStream ? chunk.indexOf(10) : -1; end >= 0; end = chunk.indexOf(10, counted)) {
        const length = end - counted;
        if (lineIsEmpty && (length === 0 || (length === 1 && chunk[counted] === 13))) bytes = 0;
        else bytes += length;
        counted = end + 1;
        lineIsEmpty = true;
      }
      bytes += chunk.length - counted;
      if (counted < chunk.length) lineIsEmpty = false;
      if (bytes > maxBytes) {
        place.end();
        return controller.error(tooMuch(maxBytes));
      }
      await place.grown(bytes);
      controller.enqueue(chunk);
    },
    flush: () => place.end(),
    cancel: () => place.end(),
  });
}

function tooMuch(maxBytes: number): ToolError {
  return new ToolError('PAYLOAD_TOO_LARGE', `A message has over ${maxBytes} bytes.`);
}

/** What {@link privateLiteral} and the lookup refuse. */
export function notPublic(host: string, address: string): ToolError {
  return new ToolError('PERMISSION_DENIED', `"${host}" leads to ${address}, which is not a public address.`, {
    advice: 'Servers added over the API must have public addresses, unless the gateway runs with --allow-private-upstreams.',
  });
}
