/** Web addresses. The name is looked up once, checked, and the connection goes to the checked address. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ToolError } from '@sandlot/core';
import { checkedLookup, refusedHost } from './host-rules.ts';
import type { Source, SourcePolicy } from './types.ts';

const mostRedirects = 5;
const accept = 'text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, */*;q=0.8';

/** Gets a document from the web, within the policy. Every redirect is checked like the first address. */
export async function fetchSource(uri: string, policy: SourcePolicy, signal: AbortSignal): Promise<Source> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(policy.fetchTimeoutMs)]);
  let url = parse(uri);
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await get(url, policy, deadline);
      const status = response.statusCode ?? 0;
      const location = response.headers.location;
      if (status >= 300 && status < 400 && location !== undefined) {
        response.destroy();
        if (redirects >= mostRedirects) throw new ToolError('UNAVAILABLE', `"${uri}" redirects more than ${mostRedirects} times.`);
        url = parse(location, url);
        continue;
      }
      if (status < 200 || status >= 300) {
        response.destroy();
        throw new ToolError(
          status === 404 || status === 410 ? 'NOT_FOUND' : status === 401 || status === 403 ? 'PERMISSION_DENIED' : 'UNAVAILABLE',
          `"${url.href}" answered ${status}.`,
        );
      }
      return { bytes: await readBody(response, policy.maxBytes, url.href), hints: hintsOf(response, url), label: uri };
    }
  } catch (error) {
    if (ToolError.is(error) || signal.aborted) throw error;
    if (deadline.aborted)
      throw new ToolError('DEADLINE_EXCEEDED', `"${url.href}" took longer than ${policy.fetchTimeoutMs} ms.`, { cause: error });
    throw new ToolError('UNAVAILABLE', `"${url.href}" could not be reached: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function parse(address: string, base?: URL): URL {
  if (!URL.canParse(address, base)) throw new ToolError('INVALID_ARGUMENT', `"${address}" is not an address.`);
  const url = new URL(address, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ToolError('PERMISSION_DENIED', `"${url.href}": only http: and https: are followed.`);
  if (url.username !== '' || url.password !== '')
    throw new ToolError('INVALID_ARGUMENT', `The address of "${url.host}" holds a password.`, {
      advice: 'Leave user name and password out of the address.',
    });
  return url;
}

function get(url: URL, policy: SourcePolicy, signal: AbortSignal): Promise<IncomingMessage> {
  const literal = refusedHost(url.hostname, policy);
  if (literal !== undefined) throw refused(url.hostname, literal);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(
      url,
      {
        signal,
        agent: false,
        lookup: checkedLookup(policy, refused),
        headers: { accept, 'accept-encoding': 'gzip, br, deflate', 'user-agent': 'sandlot-markitdown' },
      },
      resolve,
    )
      .on('error', (error) => reject(ToolError.is(error.cause) ? error.cause : error))
      .end();
  });
}

function refused(host: string, address: string): ToolError {
  return new ToolError('PERMISSION_DENIED', `"${host}" leads to ${address}, which is blocked or not a public address.`, {
    advice: 'Only public addresses are fetched, and those that the server runs with as --allowed-hosts or --allow-private-addresses.',
  });
}

async function readBody(response: IncomingMessage, maxBytes: number, label: string): Promise<Uint8Array> {
  const encoding = response.headers['content-encoding']?.toLowerCase();
  const decoder =
    encoding === 'gzip' || encoding === 'x-gzip'
      ? createGunzip()
      : encoding === 'br'
        ? createBrotliDecompress()
        : encoding === 'deflate'
          ? createInflate()
          : undefined;
  const body = decoder ? response.on('error', (error) => decoder.destroy(error)).pipe(decoder) : response;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw new ToolError('PAYLOAD_TOO_LARGE', `"${label}" has more than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } finally {
    response.destroy();
  }
  return Buffer.concat(chunks);
}

function hintsOf(response: IncomingMessage, url: URL): Source['hints'] {
  const type = response.headers['content-type'] ?? '';
  const disposition = response.headers['content-disposition'] ?? '';
  const filename = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(disposition)?.[1];
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1];
  return {
    url: url.href,
    ...(type && { mimetype: type.split(';')[0] ?? '' }),
    ...(filename !== undefined && { filename }),
    ...(charset !== undefined && { charset }),
  };
}
