/** A real MCP client in front of a server, in this process, through the whole protocol. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { loadOptions } from '../config/load.ts';

import type { ErrorBody } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { createLog } from '../log.ts';
import { createMcpFetch } from '../mcp/http.ts';
import { errorMetaKey } from '../mcp/result.ts';
import { createRuntime } from '../runtime.ts';
import type { ServerDefinition } from '../server.ts';

/** Options of {@link connect}. */
export interface ConnectOptions {
  /** Workspace folder of the server. */
  workspace: string;
  /** The server's own options, as in the configuration file. Default: its defaults. */
  options?: Record<string, unknown>;
  /** Opt-in groups that are on. Default none. */
  caps?: readonly string[];
  /** `tools/list` shows output schemas and every hint. Default false. */
  outputSchemas?: boolean;
  /** Who calls. Default `local`. */
  principal?: string;
  /** Protocol era: 2026-07-28 (`modern`, default) or 2025-11-25 (`legacy`). */
  era?: 'modern' | 'legacy';
  limits?: Partial<Limits>;
  /** Receives log lines. Default: they are dropped. */
  onLog?: (line: string) => void;
}

/** An answer as a test wants to look at it. */
export interface TestAnswer {
  /** All text blocks, joined by newlines. */
  readonly text: string;
  readonly content: readonly { type: string; text?: string | undefined; data?: string | undefined; mimeType?: string | undefined }[];
  /** `structuredContent`. */
  readonly facts: Record<string, unknown>;
  readonly isError: boolean;
  readonly error?: ErrorBody;
}

/** A progress notification. */
export interface TestProgress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

/** A connected client. */
export interface TestClient extends AsyncDisposable {
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { signal?: AbortSignal; onProgress?: (progress: TestProgress) => void },
  ): Promise<TestAnswer>;
  /** A second client of the same running server, as another principal. */
  as(principal: string): Promise<TestClient>;
  readonly client: Client;
}

const resultSchema = z.looseObject({
  content: z.array(
    z.looseObject({ type: z.string(), text: z.string().optional(), data: z.string().optional(), mimeType: z.string().optional() }),
  ),
  structuredContent: z.record(z.string(), z.unknown()).default({}),
  isError: z.boolean().default(false),
  _meta: z.record(z.string(), z.unknown()).optional(),
});

/** Starts a server in this process and connects a client to it. */
export async function connect(server: ServerDefinition, options: ConnectOptions): Promise<TestClient> {
  const { values } = loadOptions(server.options, { env: {}, file: options.options ?? {} });
  const runtime = createRuntime(server, {
    workspace: options.workspace,
    options: values,
    caps: options.caps ?? [],
    outputSchemas: options.outputSchemas ?? false,
    limits: options.limits ?? {},
    log: createLog({ name: server.name, level: 'debug', write: options.onLog ?? (() => undefined) }),
  });
  const open = async (principal: string): Promise<TestClient> => {
    const handler = createMcpFetch(runtime, { transport: 'pipe', principal });
    const client = new Client(
      { name: 'sandlot-test', version: '1.0.0' },
      { versionNegotiation: { mode: options.era === 'legacy' ? 'legacy' : { pin: '2026-07-28' } } },
    );
    await client.connect(
      new StreamableHTTPClientTransport(new URL('http://in-process/mcp'), {
        fetch: (input, init) => handler.fetch(new Request(input, init)),
      }),
    );
    return {
      client,
      as: open,
      async call(name, args = {}, callOptions = {}) {
        const { onProgress, signal } = callOptions;
        const result = await client.request({ method: 'tools/call', params: { name, arguments: args } }, resultSchema, {
          timeout: 10 * 60_000,
          ...(signal && { signal }),
          ...(onProgress && { onprogress: onProgress, resetTimeoutOnProgress: true }),
        });
        const error = result._meta?.[errorMetaKey] as ErrorBody | undefined;
        return {
          text: result.content.map(({ text }) => text ?? '').join('\n'),
          content: result.content,
          facts: result.structuredContent,
          isError: result.isError,
          ...(error && { error }),
        };
      },
      async [Symbol.asyncDispose]() {
        await client.close();
        await handler.close();
        await runtime.close();
      },
    };
  };
  return open(options.principal ?? 'local');
}
