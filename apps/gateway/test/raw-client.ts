/** Clients of both eras that choose the ids of their requests themselves. */
/** What came back for one call. */
export interface RawAnswer {
  readonly id: unknown;
  readonly text: unknown;
  /** Progress events on the stream of the call: token and message. */
  readonly progress: readonly { readonly progressToken: unknown; readonly message: unknown }[];
}

/** A client. */
export interface RawClient {
  /** Calls a tool under an id, which is its progress token, too. */
  call(id: number, name: string, args: Record<string, unknown>): Promise<RawAnswer>;
  /** Ends its session, as a client that goes away for good. */
  end(): Promise<void>;
}

/** Makes one; an old one opens a session. */
export async function rawClient(era: 'old' | 'new', url: string, key: string): Promise<RawClient> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': era === 'old' ? '2025-11-25' : '2026-07-28',
  };
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const post = async (message: object, more: Record<string, string> = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const response = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
    return { response, messages: messagesIn(text) };
  };
  if (era === 'old') {
    const params = { protocolVersion: '2025-11-25', clientInfo: { name: 'raw', version: '1' }, capabilities: {} };
    const { response } = await post({ id: 0, method: 'initialize', params });
    headers['mcp-session-id'] = response.headers.get('mcp-session-id') ?? '';
    await post({ method: 'notifications/initialized', params: {} });
  }
  return {
    async call(id, name, args) {
      const _meta = { progressToken: id, ...(era === 'new' && envelope) };
      const more = era === 'new' ? { 'mcp-method': 'tools/call', 'mcp-name': name } : {};
      const { messages } = await post({ id, method: 'tools/call', params: { name, arguments: args, _meta } }, more);
      const answers = messages.filter((message) => 'result' in message || 'error' in message);
      if (answers.length !== 1) throw new Error(`${answers.length} answers to ${id}: ${JSON.stringify(messages)}`);
      const progress = messages.flatMap(({ method, params }) => (method === 'notifications/progress' && params ? [params] : []));
      return { id: answers[0]?.id, text: answers[0]?.result?.content?.[0]?.text ?? answers[0]?.error, progress };
    },
    async end() {
      if (era === 'old') await (await fetch(url, { method: 'DELETE', headers })).text();
    },
  };
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly progressToken: unknown; readonly message: unknown };
  readonly result?: { readonly content?: readonly { readonly text?: string }[] };
  readonly error?: unknown;
}

function messagesIn(text: string): Message[] {
  if (text === '') return [];
  if (text.startsWith('{')) return [JSON.parse(text) as Message];
  return [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data = '']) => JSON.parse(data) as Message);
}
