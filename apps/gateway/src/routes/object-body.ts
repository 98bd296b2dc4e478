/** The body of a REST request: a JSON object. */
import { ToolError } from '@sandlot/core';
import { isLoose, type Loose } from '../upstreams/caller.ts';

/** The body as an object; no body is an empty one. @throws ToolError INVALID_ARGUMENT for an array, a text, a number or null */
export function objectBody(body: unknown): Loose {
  if (body === undefined) return {};
  if (isLoose(body)) return body;
  const kind = Array.isArray(body) ? 'an array' : body === null ? 'null' : `a ${typeof body}`;
  throw new ToolError('INVALID_ARGUMENT', `The body is ${kind}, not a JSON object.`, {
    advice: 'Send an object such as {"name": "value"}.',
  });
}
