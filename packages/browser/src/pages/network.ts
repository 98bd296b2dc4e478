/** What a page asked of the network, and what it got. */
import { ToolError } from '@sandlot/core';
import { look, type LookOptions } from './look.ts';
import { matching } from './match.ts';
import type { LoggedRequest } from './request-log.ts';
import type { Session } from './session.ts';
import { clean } from './snapshot.ts';

/** A side of a request. */
export const requestParts = ['request-headers', 'request-body', 'response-headers', 'response-body'] as const;
export type RequestPart = (typeof requestParts)[number];

const bodyChars = 200_000;

/** One line per request of the current page. */
export async function listRequests(
  session: Session,
  { withStatic, filter, ...options }: LookOptions & { withStatic: boolean; filter?: string | undefined },
): Promise<{ url: string; lines: string[] }> {
  const tab = await session.tab(options.tabId);
  const entries = tab.requests.list(withStatic);
  const kept =
    filter === undefined
      ? entries
      : matching(
          filter,
          entries.map(({ request }) => request.url()),
        ).flatMap((index) => entries[index] ?? []);
  return { url: tab.url, lines: kept.map(describe) };
}

/** Headers or body of one request. */
export async function readRequest(
  session: Session,
  { index, part, ...options }: LookOptions & { index: number; part?: RequestPart | undefined },
): Promise<{ url: string; text: string }> {
  return look(session, options, async (tab) => {
    const entry = tab.requests.find(index);
    if (!entry)
      throw new ToolError('NOT_FOUND', `No request ${index} in tab ${tab.id}.`, { advice: 'List them with browser_network_requests.' });
    const parts = part ? [part] : requestParts;
    const texts = await Promise.all(parts.map(async (one) => `### ${one}\n${await readPart(entry, one)}`));
    return { url: entry.request.url(), text: clean([describe(entry), ...texts].join('\n')) };
  });
}

function describe({ index, request, failed }: LoggedRequest): string {
  const response = request.existingResponse();
  const outcome = failed
    ? `failed: ${request.failure()?.errorText ?? ''}`
    : response
      ? `${response.status()} ${response.statusText()}`.trim()
      : 'pending';
  return `[${index}] ${request.method()} ${request.url().slice(0, 500)} => ${outcome} (${request.resourceType()})`;
}

async function readPart({ request }: LoggedRequest, part: RequestPart): Promise<string> {
  const response = await request.response();
  if (part === 'request-headers') return headers(await request.allHeaders());
  if (part === 'request-body') return (request.postData() ?? '(none)').slice(0, bodyChars);
  if (!response) return '(no response)';
  if (part === 'response-headers') return headers(await response.allHeaders());
  try {
    const body = await response.body();
    const type = response.headers()['content-type'] ?? '';
    if (!/text|json|xml|javascript|urlencoded/.test(type)) return `(${body.length} bytes of ${type || 'an unknown type'})`;
    return body.toString('utf8').slice(0, bodyChars);
  } catch {
    return '(the browser no longer has it)';
  }
}

function headers(all: Record<string, string>): string {
  return Object.entries(all)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
