/** A server of the old protocols over Streamable HTTP that misbehaves on demand, forgets its sessions, and counts what it is asked. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

const names = ['ok', 'wait', 'release', 'hang', 'garbage', 'garbage_stream', 'flood', 'flood_stream', 'die', 'die_stream', 'fail'];
const megabyte = 'x'.repeat(1024 * 1024);

interface Message {
  id?: number;
  method?: string;
  params?: { name?: string; uri?: string; level?: string };
}

/** The server. */
export interface OddHttpServer extends AsyncDisposable {
  readonly url: string;
  /** Methods that it was asked, with what matters of their parameters. */
  readonly asked: string[];
  /** Adds a tool. */
  add(tool: string): void;
  /** Tells every open stream that a resource has changed. */
  touch(uri: string): void;
  /** Ends every connection and forgets every session; for a while nobody listens. */
  restart(): Promise<void>;
}

/** Starts one. */
export async function oddHttpServer(): Promise<OddHttpServer> {
  const tools = [...names];
  const asked: string[] = [];
  const sessions = new Set<string>();
  const streams = new Set<ServerResponse>();
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = request.headers['mcp-session-id'];
    if (typeof session === 'string' && !sessions.has(session)) return void response.writeHead(404).end('Session not found');
    if (request.method === 'DELETE') return void response.writeHead(200).end();
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.add(response.once('close', () => streams.delete(response)));
      return;
    }
    const message = JSON.parse(await text(request)) as Message;
    const { id, method = '', params = {} } = message;
    asked.push([method, params.name ?? params.uri ?? params.level].filter(Boolean).join(' '));
    if (id === undefined) return void response.writeHead(202).end();
    if (method === 'server/discover') return void response.writeHead(400).end('Bad Request: not initialized');
    const headers: Record<string, string> = {};
    if (method === 'initialize') {
      const made = randomUUID();
      sessions.add(made);
      headers['mcp-session-id'] = made;
    }
    if (method === 'tools/call') return call(id, params.name ?? '', response);
    json(response, id, resultOf(method), headers);
  }

  function resultOf(method: string): object {
    if (method === 'initialize') {
      const capabilities = { tools: {}, resources: { subscribe: true }, logging: {} };
      return { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'odd', version: '1' } };
    }
    if (method === 'tools/list') return { tools: tools.map((name) => ({ name, description: name, inputSchema: { type: 'object' } })) };
    if (method === 'resources/list') return { resources: [{ uri: 'odd://a', name: 'a' }] };
    return method === 'resources/templates/list' ? { resourceTemplates: [] } : {};
  }

  function call(id: number, name: string, response: ServerResponse): void {
    const done = () => json(response, id, { content: [{ type: 'text', text: `odd ${name}` }] });
    const stream = () => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    if (name === 'hang') return;
    if (name === 'wait') return void waiting.add(done);
    if (name === 'release') {
      for (const release of waiting) release();
      waiting.clear();
    }
    if (name === 'garbage') return void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>Welcome</html>');
    if (name === 'garbage_stream') return (stream(), void response.end('data: Welcome\n\ndata: {"neither": "this"}\n\n'));
    if (name === 'fail') return void response.writeHead(500).end('no licence found');
    if (name === 'die') return void response.destroy();
    if (name === 'die_stream') return (stream(), void response.write(': soon\n\n', () => response.destroy()));
    if (name === 'flood' || name === 'flood_stream') {
      if (name === 'flood_stream') stream();
      else response.writeHead(200, { 'content-type': 'application/json' });
      const body = [name === 'flood' ? '"' : 'data: "', ...Array.from({ length: 100 }, () => megabyte)];
      return void pipeline(Readable.from(body), response).catch(() => undefined);
    }
    done();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    asked,
    add: (tool) => void tools.push(tool),
    touch(uri) {
      const message = { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } };
      for (const stream of streams) stream.write(`data: ${JSON.stringify(message)}\n\n`);
    },
    async restart() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      sessions.clear();
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function json(response: ServerResponse, id: number, result: object, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}
