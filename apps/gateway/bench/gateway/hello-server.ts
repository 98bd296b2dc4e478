/**
 * The smallest MCP server that both protocol eras accept: one tool, `hello`. Over stdio, or with a port as argument over HTTP, so that
 * what a gateway adds is all there is to measure. It is no example of a server: see `packages/*` for those.
 */
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

interface Request {
  readonly id?: number | string;
  readonly method: string;
  readonly params?: { readonly arguments?: { readonly name?: string }; readonly protocolVersion?: string };
}

const serverInfo = { name: 'hello', version: '1.0.0' };
const capabilities = { tools: {} };
const tool = {
  name: 'hello',
  description: 'Says hello.',
  inputSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
};

function resultOf({ method, params }: Request): object | undefined {
  switch (method) {
    case 'initialize':
      return { protocolVersion: params?.protocolVersion, capabilities, serverInfo };
    case 'server/discover':
      return { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities, ttlMs: 60_000, cacheScope: 'public', _meta: meta };
    case 'tools/list':
      return { resultType: 'complete', tools: [tool], ttlMs: 60_000, cacheScope: 'public', _meta: meta };
    case 'tools/call':
      return { resultType: 'complete', content: [{ type: 'text', text: `Hello, ${params?.arguments?.name}!` }], _meta: meta };
    case 'ping':
      return {};
    default:
      return undefined;
  }
}

const meta = { 'io.modelcontextprotocol/serverInfo': serverInfo };

/** The answer to a message; undefined for a notification. */
function answer(text: string): string | undefined {
  const request: Request = JSON.parse(text);
  if (request.id === undefined) return undefined;
  const result = resultOf(request);
  const body = result ? { result } : { error: { code: -32_601, message: 'Method not found' } };
  return JSON.stringify({ jsonrpc: '2.0', id: request.id, ...body });
}

const port = process.argv[2];
if (port === undefined) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const text = answer(line);
    if (text !== undefined) process.stdout.write(`${text}\n`);
  });
} else {
  createServer((incoming, outgoing) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    incoming.once('end', () => {
      const body = text === '' ? undefined : answer(text);
      if (body === undefined) outgoing.writeHead(incoming.method === 'POST' ? 202 : 405).end();
      else outgoing.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
  }).listen(Number(port), '127.0.0.1');
}
