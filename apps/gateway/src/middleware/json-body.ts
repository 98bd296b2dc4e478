/** Reads a JSON body within the limit, once, for every route that takes one. */
import { ToolError } from '@sandlot/core';
import type { MiddlewareHandler } from 'hono';
import type { GatewayEnv } from './auth.ts';

/**
 * Parses the body of POST requests into `c.get('body')`.
 *
 * @throws ToolError UNSUPPORTED for another content type, INVALID_ARGUMENT for a body that is not JSON
 */
export function jsonBody(): MiddlewareHandler<GatewayEnv> {
  return async function jsonBody(c, next) {
    if (c.req.method !== 'POST') return next();
    const type = c.req.header('content-type') ?? '';
    const text = await c.req.text();
    if (text === '') c.set('body', undefined);
    else if (!/^application\/json\s*(?:;|$)/i.test(type)) {
      throw new ToolError('UNSUPPORTED', `The content type "${type}" is not application/json.`, {
        advice: 'Send JSON with "Content-Type: application/json".',
      });
    } else c.set('body', parse(text));
    return next();
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
