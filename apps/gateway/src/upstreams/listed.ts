/** Reads the lists of a server that may say anything: within bounds, and what is wrong with one entry costs the others nothing. */
import { ToolError } from '@sandlot/core';
import { isLoose, type Loose } from './caller.ts';
import { type Connection, ownEnvelope } from './connection.ts';

/** A list of a server. */
export interface ListKind {
  readonly capability: 'tools' | 'prompts' | 'resources';
  readonly method: string;
  readonly key: string;
  /** The key by which an entry is known. */
  readonly id: 'name' | 'uri' | 'uriTemplate';
}

/** The lists of MCP. */
export const listKinds = {
  tools: { capability: 'tools', method: 'tools/list', key: 'tools', id: 'name' },
  prompts: { capability: 'prompts', method: 'prompts/list', key: 'prompts', id: 'name' },
  resources: { capability: 'resources', method: 'resources/list', key: 'resources', id: 'uri' },
  resourceTemplates: { capability: 'resources', method: 'resources/templates/list', key: 'resourceTemplates', id: 'uriTemplate' },
} as const satisfies Record<string, ListKind>;

/** What was read. */
export interface Listed {
  readonly items: readonly Loose[];
  /** What is wrong, in sentences. */
  readonly problems: readonly string[];
}

/** Bounds of reading one list. */
export interface ListLimits {
  /** For all pages together, in milliseconds. */
  readonly timeoutMs: number;
  /** All pages together, about, in bytes. */
  readonly maxBytes: number;
}

const mostPages = 100;
const mostItems = 10_000;
const mostProblems = 20;

/**
 * Reads a list, page by page.
 *
 * @throws ToolError UNAVAILABLE when it is no list, or did not come in time; UpstreamError
 */
export async function readList({ peer, era }: Connection, kind: ListKind, { timeoutMs, maxBytes }: ListLimits): Promise<Listed> {
  const { method, key } = kind;
  const signal = AbortSignal.timeout(timeoutMs);
  const found: unknown[] = [];
  const problems: string[] = [];
  const cursors = new Set<string>();
  let bytes = 0;
  for (let cursor: string | undefined; ;) {
    const params = { ...(cursor !== undefined && { cursor }), ...(era === 'modern' && { _meta: ownEnvelope }) };
    const result = await peer.request(method, params, { signal }).catch((error: unknown) => {
      throw signal.aborted && !peer.failed ? unreadable(`${method} was not answered within ${timeoutMs} ms.`, error) : error;
    });
    const page = result[key];
    if (!Array.isArray(page)) throw unreadable(`${method} answered with ${shown(page)} in "${key}", which is not a list.`);
    found.push(...page);
    const next = result['nextCursor'];
    if (next === undefined || next === null) break;
    bytes += JSON.stringify(page).length;
    const stop = whyStop(next, cursors, found.length, bytes > maxBytes);
    if (stop !== undefined || typeof next !== 'string') {
      problems.push(`${method}: ${stop} What came before is taken.`);
      break;
    }
    cursor = next;
    cursors.add(cursor);
  }
  if (found.length > mostItems) problems.push(`${method}: only the first ${mostItems} of over ${mostItems} entries are taken.`);
  return sorted(kind, found.slice(0, mostItems), problems);
}

function whyStop(next: unknown, seen: ReadonlySet<string>, items: number, isTooLong: boolean): string | undefined {
  if (typeof next !== 'string') return `its "nextCursor" is ${shown(next)}, which is not text.`;
  if (seen.has(next)) return `it gives the cursor ${shown(next)} again: the list has no end.`;
  if (seen.size + 1 >= mostPages || items >= mostItems || isTooLong)
    return `it goes on after ${seen.size + 1} pages with ${items} entries.`;
  return undefined;
}

/** Takes the entries that clients can use; one that they cannot would cost many of them the whole list. */
function sorted({ method, id }: ListKind, found: readonly unknown[], problems: string[]): Listed {
  const items = new Map<string, Loose>();
  const complain = (what: string) => problems.push(`${method}: ${what}`);
  for (const [index, item] of found.entries()) {
    const name = isLoose(item) ? item[id] : undefined;
    if (!isLoose(item) || typeof name !== 'string' || name === '') {
      complain(`entry ${index + 1} ${isLoose(item) ? `has ${shown(name)} as its "${id}"` : `is ${shown(item)}`}; it is left out.`);
      continue;
    }
    const wrong = hidden[id].test(name) ? `has invisible characters in its "${id}"` : faultOf(method, item);
    if (wrong !== undefined) complain(`${shown(name)} ${wrong}; it is left out.`);
    else if (items.has(name)) complain(`${shown(name)} is there twice; the second is left out.`);
    else items.set(name, item);
  }
  const more = problems.length - mostProblems;
  return { items: [...items.values()], problems: more > 0 ? [...problems.slice(0, mostProblems), `… and ${more} more.`] : problems };
}

/** Characters that make two names look alike, or do something to the terminal on which they are shown. */
const hidden = { name: /[\p{Cc}\p{Cf}]/u, uri: /\p{Cc}/u, uriTemplate: /\p{Cc}/u };
const texts = ['title', 'description', 'mimeType'];
const objects = ['annotations', 'outputSchema', '_meta'];

function faultOf(method: string, item: Loose): string | undefined {
  if (method === 'tools/list' && !isLoose(item['inputSchema']))
    return `has ${shown(item['inputSchema'])} as its "inputSchema", not an object`;
  if (typeof item['name'] !== 'string') return 'has no name';
  const text = texts.find((key) => item[key] !== undefined && typeof item[key] !== 'string');
  if (text !== undefined) return `has ${shown(item[text])} as its "${text}", not text`;
  const object = objects.find((key) => item[key] !== undefined && !isLoose(item[key]));
  if (object !== undefined) return `has ${shown(item[object])} as its "${object}", not an object`;
  return undefined;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function unreadable(message: string, cause?: unknown): ToolError {
  return new ToolError('UNAVAILABLE', message, { cause });
}
