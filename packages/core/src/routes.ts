/** HTTP routes of a server beside MCP, for bytes that are too many for a JSON message. */
import type { ToolContext } from './context.ts';

/** What a server gives to {@link defineServer} to take and give bytes over HTTP, alone and behind the gateway. */
export interface Routes<Domain = unknown> {
  /** Where they are: `/v1/<server>/<word>/`; everything below is theirs. */
  readonly path: string;
  /** The methods that there are, and what a caller must be allowed for each. */
  readonly scopes: Readonly<Record<string, string>>;
  /** Answers a request; bodies stream both ways. @throws ToolError */
  fetch(request: Request, ctx: ToolContext<Domain>): Promise<Response>;
}

/** Header by which the gateway names the principal of a request; only trusted on its private socket. */
export const principalHeader = 'sandlot-principal';
