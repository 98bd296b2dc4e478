/** Clients that cost as little as they can: raw JSON-RPC over kept connections, so that the gateway is what is measured. */
import { request } from 'node:http';
import { Wire } from './wire.ts';

/** Calls `hello` once and checks the answer. */
export interface Caller {
  call(): Promise<void>;
  close(): void;
}

/** Where and how to call. */
export interface CallerOptions {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The tool's name there. */
  readonly tool: string;
  /** Its arguments. Default: those of `hello` */
  readonly args?: Readonly<Record<string, string>>;
  readonly era: '2025-11-25' | '2026-07-28';
}

const clientInfo = { name: 'bench', version: '1.0.0' };
const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': {},
};

const accepted = { Accept: 'application/json, text/event-stream', 'Content-Type': 'application/json' };

/** Speaks Streamable HTTP; an old session is opened first. @throws when the endpoint is not ready */
export async function openStreamable({ url, headers = {}, tool, args = { name: 'you' }, era }: CallerOptions): Promise<Caller> {
  const wire = new Wire(url);
  const modern = era === '2026-07-28';
  let session: Record<string, string> = {};
  let id = 0;
  const send = (method: string, params: object, isRequest = true) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...(isRequest && { id: ++id }), method, params });
    return wire.post(body, {
      ...accepted,
      ...headers,
      ...session,
      'mcp-protocol-version': era,
      ...(modern && { 'mcp-method': method, ...('name' in params && { 'mcp-name': String(params.name) }) }),
    });
  };
  if (!modern) {
    const opened = await send('initialize', { protocolVersion: era, capabilities: {}, clientInfo });
    if (opened.status !== 200) throw new Error(`initialize: ${opened.status} ${opened.text.slice(0, 200)}`);
    const given = /^mcp-session-id: *(\S+)/im.exec(opened.head)?.[1];
    if (given !== undefined) session = { 'mcp-session-id': given };
    await send('notifications/initialized', {}, false);
  }
  return {
    async call() {
      const params = { name: tool, arguments: args, ...(modern && { _meta: envelope }) };
      const { status, text } = await send('tools/call', params);
      if (status !== 200 || !text.includes('Hello, you!')) throw new Error(`tools/call: ${status} ${text.slice(0, 300)}`);
    },
    close: () => wire.close(),
  };
}

/** Speaks the HTTP+SSE of 2024-11-05: requests by POST, every answer on one event stream. */
export async function openSse({ url, headers = {}, tool }: CallerOptions): Promise<Caller> {
  const waiting = new Map<number, (text: string) => void>();
  const { promise: endpoint, resolve, reject } = Promise.withResolvers<string>();
  const stream = request(new URL(url), { headers: { ...headers, accept: 'text/event-stream' } }, (response) => {
    if (response.statusCode !== 200) reject(new Error(`stream: ${response.statusCode}`));
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const events = (rest + chunk).split(/\r?\n\r?\n/);
      rest = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: ?(.*)$/m.exec(event)?.[1] ?? '';
        if (/^event: ?endpoint$/m.test(event)) resolve(new URL(data, url).href);
        else waiting.get(Number(/"id":(\d+)/.exec(data)?.[1]))?.(data);
      }
    });
  });
  stream.once('error', reject).end();
  const wire = new Wire(await endpoint);
  let id = 0;
  const send = async (method: string, params: object) => {
    const own = ++id;
    const { promise: answered, resolve: answer } = Promise.withResolvers<string>();
    waiting.set(own, answer);
    const { status, text } = await wire.post(JSON.stringify({ jsonrpc: '2.0', id: own, method, params }), { ...accepted, ...headers });
    if (status >= 300) throw new Error(`${method}: ${status} ${text.slice(0, 200)}`);
    const answerText = await answered;
    waiting.delete(own);
    return answerText;
  };
  await send('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo });
  await wire.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }), { ...accepted, ...headers });
  return {
    async call() {
      const text = await send('tools/call', { name: tool, arguments: { name: 'you' } });
      if (!text.includes('Hello, you!')) throw new Error(`tools/call: ${text.slice(0, 300)}`);
    },
    close: () => (stream.destroy(), wire.close()),
  };
}
