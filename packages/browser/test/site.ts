/** A local web site for the tests: a real HTTP server, with pages given by each test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one path. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A running site. */
export interface Site extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Method and path of each request, in order. */
  readonly seen: string[];
}

/** Starts a site; a page is its HTML, or a function that answers. */
export async function startSite(pages: Record<string, string | Handler>): Promise<Site> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname;
    seen.push(`${request.method} ${path}`);
    const page = pages[path];
    if (typeof page === 'function') return page(request, response);
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page ?? '<title>Not here</title><h1>404</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A file that the browser saves. */
export function attachment(name: string, content: string | Buffer): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${name}"` });
    response.end(content);
  };
}

/** The ref of the first line of a text that contains `words`. */
export function refIn(text: string, words: string): string {
  const line = text.split('\n').find((candidate) => candidate.includes(words) && candidate.includes('[ref='));
  const ref = /\[ref=(\w+)\]/.exec(line ?? '')?.[1];
  if (ref === undefined) throw new Error(`No ref for "${words}" in:\n${text}`);
  return ref;
}
