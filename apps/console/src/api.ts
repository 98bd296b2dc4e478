/** Calls the gateway. The key stays in this page and goes out as a header; WebSockets and pages get one-time tickets. */

/** Where the gateway is: this page stands at its root, which a proxy may show below a path. */
export const base = new URL('.', location.href.replace(/[#?].*$/, ''));

const stored = 'sandlot-key';

/** An answer that was a refusal. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the gateway knows of a caller. */
export interface Api {
  readonly key: string | undefined;
  /** Sends a request. @throws ApiError with what the gateway said */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** `data` of an answer. */
  get<T>(path: string): Promise<T>;
  /** Calls a tool: its text and its facts. */
  call(tool: string, args: object): Promise<{ text: string; facts: Record<string, unknown> }>;
  /** A path with a ticket for it. */
  ticketed(path: string, query?: Record<string, string>): Promise<URL>;
}

/** Makes one. @param key undefined where the gateway asks for none */
export function createApi(key: string | undefined): Api {
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (key !== undefined) headers.set('X-Sandlot-Key', key);
    const response = await fetch(new URL(path.replace(/^\//, ''), base), { ...init, headers });
    if (!response.ok) throw new ApiError(response.status, await messageOf(response));
    return response;
  };
  const post = async (path: string, body: object) =>
    (await send(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json();
  return {
    key,
    fetch: send,
    get: async (path) => (await (await send(path)).json()).data,
    async call(tool, args) {
      const { data } = await post(`v1/mcp/${tool.slice(0, tool.indexOf('_'))}/tools/${tool}`, args);
      const content: { type: string; text?: string }[] = data.content ?? [];
      return { text: content.flatMap(({ text }) => text ?? []).join('\n'), facts: data.structuredContent ?? {} };
    },
    async ticketed(path, query = {}) {
      const { ticket } = await post('tickets', { path });
      const url = new URL(path.replace(/^\//, ''), base);
      url.search = new URLSearchParams({ ...query, ticket }).toString();
      return url;
    },
  };
}

/** Opens a WebSocket. @param ticket one that was given with the page's address; default a new one */
export async function openSocket(api: Api, path: string, query: Record<string, string> = {}, ticket?: string): Promise<WebSocket> {
  const url = ticket === undefined ? await api.ticketed(path, query) : new URL(path.replace(/^\//, ''), base);
  if (ticket !== undefined) url.search = new URLSearchParams({ ...query, ticket }).toString();
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  return socket;
}

/** The key of this tab; it is gone when the tab is closed. */
export function keptKey(): string | undefined {
  return sessionStorage.getItem(stored) ?? undefined;
}

/** Keeps it, or forgets it. */
export function keepKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(stored);
  else sessionStorage.setItem(stored, key);
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message, error } = JSON.parse(text);
    return [message, error?.advice].filter(Boolean).join(' ');
  } catch {
    return text.slice(0, 300) || `${response.status} ${response.statusText}`;
  }
}
