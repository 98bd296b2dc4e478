/** HTTP routes of a server beside MCP, for bytes that are too many for a JSON message. */
import type { ToolContext } from './context.ts';
import { type ErrorBody, ToolError } from './errors.ts';

/** What a server gives to {@link defineServer} to take and give bytes over HTTP, alone and behind the gateway. */
export interface Routes<Domain = unknown> {
  /** Where they are: `/v1/<server>/<word>/`; everything below is theirs. */
  readonly path: string;
  /** Other paths at which clients look for a part of them, each with its path here: `{ '/cdp/json/': '/v1/browser/cdp/json/' }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The methods that there are, and what a caller must be allowed for each. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Answers a request; bodies stream both ways. @throws ToolError */
  fetch(request: Request, ctx: ToolContext<Domain>): Promise<Response>;
}

/** Header by which the gateway names the principal of a request; only trusted on its private socket. */
export const principalHeader = 'sandlot-principal';

/** An error as HTTP shows it, with headers of its own. */
export function errorResponse(error: ErrorBody, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json({ success: false, message: error.message, data: null, error }, { status, headers });
}

/** 405 with the methods that there are. */
export function methodNotAllowed(method: string, methods: readonly string[]): Response {
  const error = new ToolError('INVALID_ARGUMENT', `The method ${method} is not taken here.`, { advice: `Use ${methods.join(', ')}.` });
  return errorResponse(error.toBody(), 405, { Allow: methods.join(', ') });
}
