/** Reads a JSON body within the limit, once, for every route that takes one. */
import { ToolError } from '@sandlot/core';
import type { Context, MiddlewareHandler } from 'hono';
import type { GatewayEnv } from './auth.ts';
import { parseStrict } from './strict-json.ts';

/**
 * Parses the body into `c.get('body')`.
 *
 * @param mostBytes largest body; it holds for bodies without a declared length too
 * @throws ToolError UNSUPPORTED for another content type, PAYLOAD_TOO_LARGE, INVALID_ARGUMENT for a body that is not JSON
 */
export function jsonBody(mostBytes: number): MiddlewareHandler<GatewayEnv> {
  return async function jsonBody(c, next) {
    if (!hasBody(c)) return next();
    checkHead(c.req.raw.headers);
    const text = await readText(c, mostBytes);
    if (text !== '') c.set('body', parseStrict(text));
    return next();
  };
}

/** Looks at what the head says of the body. @throws ToolError UNSUPPORTED */
export function checkHead(headers: Pick<Headers, 'get'>): void {
  // A form or plain text is what a foreign page can send without asking.
  const type = headers.get('content-type') ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new ToolError('UNSUPPORTED', `The content type "${type}" is not application/json.`, {
      advice: 'Send JSON with "Content-Type: application/json".',
    });
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new ToolError('UNSUPPORTED', `The charset "${charset.slice(0, 40)}" is not UTF-8.`, { advice: 'Send JSON in UTF-8.' });
  }
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new ToolError('UNSUPPORTED', `The content encoding "${encoding.slice(0, 40)}" is not taken.`, {
      advice: 'Send the body as it is, without Content-Encoding.',
    });
  }
}

/** Node reads no further than the length that is declared. @throws ToolError PAYLOAD_TOO_LARGE */
export function checkLength(declared: string, mostBytes: number): void {
  if (!(Number(declared) <= mostBytes)) throw tooLarge(mostBytes);
}

function hasBody(c: Context): boolean {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return false;
  const length = c.req.header('content-length');
  return length === undefined ? c.req.header('transfer-encoding') !== undefined : length !== '0';
}

async function readText(c: Context, mostBytes: number): Promise<string> {
  const declared = c.req.header('content-length');
  if (declared !== undefined) {
    checkLength(declared, mostBytes);
    return c.req.text();
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(most: number): ToolError {
  return new ToolError('PAYLOAD_TOO_LARGE', `The request body is over the limit of ${most} bytes.`, {
    advice: 'Send it in parts, or as a file.',
  });
}
