/** One view of clients of both eras that can be asked: they record what they are asked, and answer. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

/** Era of a client. */
export type Era = 'old' | 'new';

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: () => void;
}

/** A client. */
export interface BridgeClient extends AsyncDisposable {
  /** Text of a tool's answer; an error's is its message. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>;
  prompt(name: string): Promise<string>;
  /** Ends when changes of the tool list, and of a resource, are subscribed to. */
  listen(uri?: string): Promise<void>;
  /** What it was told and asked, in order. */
  readonly seen: string[];
}

const info = { name: 'test', version: '1.0.0' };
const capabilities = { elicitation: {}, sampling: {}, roots: {} };

/** Connects one. `answer` is what it says when it is asked for a name, `thinkMs` how long that takes it. */
export async function bridgeClient(era: Era, url: string, key: string, answer = 'Ada', thinkMs = 0): Promise<BridgeClient> {
  const seen: string[] = [];
  const requestInit = { headers: { authorization: `Bearer ${key}` } };
  const elicited = async () => (
    await delay(thinkMs),
    seen.push('elicit'),
    { action: 'accept' as const, content: { name: answer, username: answer, email: 'a@b.c', color: 'red', ok: true } }
  );
  const sampled = () => (
    seen.push('sample'),
    { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: `sampled by ${answer}` } }
  );
  const rooted = () => (seen.push('roots'), { roots: [{ uri: 'file:///home', name: answer }] });
  if (era === 'new') {
    const client = new Client(info, { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } });
    client.setRequestHandler('elicitation/create', elicited);
    client.setRequestHandler('sampling/createMessage', sampled);
    client.setRequestHandler('roots/list', rooted);
    client.setNotificationHandler('notifications/message', ({ params }) => void seen.push(`log ${String(params.data)}`));
    client.setNotificationHandler('notifications/tools/list_changed', () => void seen.push('tools changed'));
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void seen.push(`updated ${params.uri}`));
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return {
      seen,
      call: async (name, args = {}, options = {}) => {
        const _meta = { 'io.modelcontextprotocol/logLevel': 'info' };
        return textOf(await client.callTool({ name, arguments: args, _meta }, options));
      },
      prompt: async (name) => JSON.stringify(await client.getPrompt({ name })),
      listen: async (uri) =>
        void (await client.listen({ toolsListChanged: true, ...(uri !== undefined && { resourceSubscriptions: [uri] }) })),
      [Symbol.asyncDispose]: () => client.close(),
    };
  }
  const client = new OldClient(info, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, elicited);
  client.setRequestHandler(CreateMessageRequestSchema, sampled);
  client.setRequestHandler(ListRootsRequestSchema, rooted);
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void seen.push(`log ${String(params.data)}`));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void seen.push('tools changed'));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void seen.push(`updated ${params.uri}`));
  await client.connect(new OldHttp(new URL(url), { requestInit }));
  return {
    seen,
    call: async (name, args = {}, options = {}) => textOf(await client.callTool({ name, arguments: args }, undefined, options)),
    prompt: async (name) => JSON.stringify(await client.getPrompt({ name })),
    listen: async (uri) => void (uri !== undefined && (await client.subscribeResource({ uri }))),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function textOf(result: Record<string, unknown>): string {
  const [first] = Array.isArray(result['content']) ? (result['content'] as { text?: string }[]) : [];
  return first?.text ?? '';
}
