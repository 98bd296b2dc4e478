/** The official MCP clients of both eras behind one small interface. Every request carries the trace context. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { SpanKind } from '@opentelemetry/api';
import { attributes, contextToMeta, withSpan } from '@sandlot/core/telemetry';
import { z } from 'zod';

/** `modern`: the client of MCP 2026-07-28. `legacy`: the client of SDK v1, speaking 2025-06-18. */
export type ClientEra = 'modern' | 'legacy';

/** Options of {@link connectMcp}. */
export interface ConnectOptions {
  /** URL of the gateway. */
  url: string;
  key: string;
  era: ClientEra;
  signal?: AbortSignal | undefined;
}

/** What a tool answered. */
export interface ToolAnswer {
  /** All text blocks, joined by newlines. */
  readonly text: string;
  /** The first text block. */
  readonly first: string;
  /** `structuredContent`. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A connected client. */
export interface McpClient extends AsyncDisposable {
  /** What both sides agreed on. */
  readonly protocolVersion: string;
  listTools(): Promise<string[]>;
  /** Calls a tool. @throws Error with the text of the answer when it is an error */
  call(tool: string, args: Record<string, unknown>): Promise<ToolAnswer>;
}

/** Request options as both SDKs take them. */
interface RequestOptions {
  timeout: number;
  signal?: AbortSignal;
}

/** Params of a call as both SDKs take them. */
type Params = { name: string; arguments: Record<string, unknown>; _meta: Record<string, string> };

const info = { name: 'sandlot-demo', version: '0.1.0' };
const legacyVersion = '2025-06-18';
const callTimeoutMs = 5 * 60_000;
const resultSchema = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).default({}),
  isError: z.boolean().default(false),
});

/**
 * Connects to `/mcp` of a gateway.
 *
 * @throws Error saying what to do when nobody answers or the key is wrong
 */
export async function connectMcp(options: ConnectOptions): Promise<McpClient> {
  const requestOptions = { timeout: callTimeoutMs, ...(options.signal && { signal: options.signal }) };
  const connect = options.era === 'modern' ? connectModern : connectLegacy;
  const { client, version, callTool } = await connect(options, requestOptions).catch((error: unknown) => {
    throw new Error(explain(error, options.url), { cause: error });
  });
  return {
    protocolVersion: version,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (tool, args) =>
      withSpan(
        `tools/call ${tool}`,
        { kind: SpanKind.CLIENT, attributes: { [attributes.method]: 'tools/call', [attributes.toolName]: tool } },
        async () => toAnswer(tool, await callTool({ name: tool, arguments: args, _meta: contextToMeta() })),
      ),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectModern({ url, key }: ConnectOptions, requestOptions: RequestOptions) {
  const client = new Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), transportOptions(key)));
  return {
    client,
    version: client.getNegotiatedProtocolVersion() ?? '',
    callTool: (params: Params): Promise<unknown> => client.callTool(params, requestOptions),
  };
}

async function connectLegacy({ url, key }: ConnectOptions, requestOptions: RequestOptions) {
  const client = new OldClient(info);
  const transport = new LegacyTransport(new URL('/mcp', url), transportOptions(key));
  await client.connect(transport);
  return {
    client,
    version: transport.protocolVersion ?? '',
    callTool: (params: Params): Promise<unknown> => client.callTool(params, undefined, requestOptions),
  };
}

/** SDK v1 offers its newest version and nothing else; this offers the one that clients of mid-2025 do. */
class LegacyTransport extends OldTransport {
  override async send(message: JSONRPCMessage | JSONRPCMessage[], options?: Parameters<OldTransport['send']>[1]): Promise<void> {
    if (Array.isArray(message) || !('method' in message) || message.method !== 'initialize') return super.send(message, options);
    return super.send({ ...message, params: { ...message.params, protocolVersion: legacyVersion } }, options);
  }
}

function transportOptions(key: string) {
  return {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
    fetch: (input: string | URL, init?: RequestInit) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...contextToMeta() } }),
  };
}

function explain(error: unknown, url: string): string {
  const said = new Set<string>();
  for (let at = error; at instanceof Error; at = at.cause) said.add(at.message);
  const text = [...said].join(': ');
  if (/\b401\b|UNAUTHENTICATED/.test(text))
    return `The gateway at ${url} refuses the key. Give the right one with --key, or in SANDLOT_API_KEY.`;
  return `The gateway at ${url} cannot be used: ${text}`;
}

function toAnswer(tool: string, result: unknown): ToolAnswer {
  const { content, structuredContent, isError } = resultSchema.parse(result);
  const texts = content.flatMap(({ text }) => (text === undefined ? [] : [text]));
  if (isError) throw new Error(`${tool} answered with an error: ${texts.join('\n')}`);
  return { text: texts.join('\n'), first: texts[0] ?? '', facts: structuredContent };
}
