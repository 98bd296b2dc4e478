/** Answers the resource methods of MCP for a server that has resources. */
import { ProtocolError, ProtocolErrorCode, type Server, type ServerContext } from '@modelcontextprotocol/server';
import { ToolError } from '../errors.ts';
import type { Resources } from '../resources.ts';
import type { CallInfo, Runtime } from '../runtime.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Options of {@link serveResources}. */
export interface ResourceOptions {
  /** Who calls, from the context of a request. */
  readonly infoOf: (ctx: ServerContext) => CallInfo;
  /** Where subscriptions go; without one there are none. */
  readonly subscriptions: Subscriptions | undefined;
}

/** Sets the handlers. The capability `resources` must be declared. */
export function serveResources(server: Server, runtime: Runtime, resources: Resources, { infoOf, subscriptions }: ResourceOptions): void {
  server.setRequestHandler('resources/list', async (_, ctx) => ({
    resources: [...(await runtime.run(infoOf(ctx), (call) => resources.list(call)).catch(asProtocolError))],
  }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...resources.templates] }));
  server.setRequestHandler('resources/read', async ({ params: { uri } }, ctx) => ({
    contents: await runtime
      .run(infoOf(ctx), async (call) => {
        const contents = [...(await resources.read(uri, call))];
        const bytes = Buffer.byteLength(JSON.stringify(contents));
        if (bytes > call.limits.answerBytes)
          throw new ToolError('PAYLOAD_TOO_LARGE', `The resource has ${bytes} bytes; the limit is ${call.limits.answerBytes}.`);
        return contents;
      })
      .catch(asProtocolError),
  }));
  if (!subscriptions) return;
  server.setRequestHandler('resources/subscribe', async ({ params: { uri } }) => {
    await subscriptions.add(server, uri).catch(asProtocolError);
    return {};
  });
  server.setRequestHandler('resources/unsubscribe', ({ params: { uri } }) => {
    subscriptions.remove(server, uri);
    return {};
  });
}

/** Resources have no `isError`: a failure is a JSON-RPC error, with our error as its data. */
function asProtocolError(error: unknown): never {
  if (!ToolError.is(error)) throw error;
  const code = error.code === 'INTERNAL' ? ProtocolErrorCode.InternalError : ProtocolErrorCode.InvalidParams;
  throw new ProtocolError(code, `${error.message} ${error.advice}`, error.toBody());
}
