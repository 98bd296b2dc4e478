/** Serves the HTTP routes of a server: alone behind its key, and for the gateway on its private socket. */
import { ToolError } from '../errors.ts';
import { errorResponse, methodNotAllowed, principalHeader } from '../routes.ts';
import type { Runtime } from '../runtime.ts';

/** Options of {@link routesFetch}. */
export interface RoutesOptions {
  /** True on the gateway's socket, where its header names the principal. Default false. */
  readonly behindGateway?: boolean;
}

/** Answers requests to the routes of a server. Errors have the form of the REST mirror. */
export function routesFetch(runtime: Runtime, { behindGateway = false }: RoutesOptions = {}): (request: Request) => Promise<Response> {
  const { routes, name } = runtime.server;
  return async (request) => {
    try {
      if (!routes || !new URL(request.url).pathname.startsWith(routes.path)) {
        throw new ToolError('NOT_FOUND', `The server "${name}" has no such route.`, { advice: `Its tools are at /mcp.` });
      }
      const methods = Object.keys(routes.scopes);
      if (!methods.includes(request.method)) return methodNotAllowed(request.method, methods);
      const header = behindGateway ? request.headers.get(principalHeader) : null;
      const info = { signal: request.signal, ...(header !== null && { principal: decodeURIComponent(header) }) };
      return await runtime.run(info, (ctx) => routes.fetch(request, ctx));
    } catch (error) {
      if (!ToolError.is(error)) throw error;
      return errorResponse(error.toBody(), error.status);
    }
  };
}
