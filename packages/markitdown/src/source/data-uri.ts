/** Documents inside of a `data:` address. */
import { ToolError } from '@sandlot/core';
import type { Source, SourcePolicy } from './types.ts';

/** Decodes a `data:` address. */
export function readDataUri(uri: string, { maxBytes }: SourcePolicy): Source {
  const [, type = '', attributes = '', body] = /^data:([^;,]*)((?:;[^;,]*)*),([\s\S]*)$/i.exec(uri) ?? [];
  if (body === undefined)
    throw new ToolError('INVALID_ARGUMENT', `uri "${uri.slice(0, 60)}": a data address needs a comma before its content.`);
  const charset = /;charset=([\w-]+)/i.exec(attributes)?.[1];
  const bytes = /;base64$/i.test(attributes) ? Buffer.from(decode(body), 'base64') : Buffer.from(decode(body));
  if (bytes.length > maxBytes)
    throw new ToolError('PAYLOAD_TOO_LARGE', `The data address holds ${bytes.length} bytes; the limit is ${maxBytes}.`);
  return { bytes, hints: { mimetype: type || 'text/plain', ...(charset !== undefined && { charset }) }, label: `data:${type}` };
}

function decode(body: string): string {
  try {
    return decodeURIComponent(body);
  } catch {
    throw new ToolError('INVALID_ARGUMENT', 'The data address has a "%" that is no escape.');
  }
}
