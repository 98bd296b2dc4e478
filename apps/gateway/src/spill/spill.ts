/**
 * Results of added servers that are too long for a model: the text goes into a file of the workspace, the answer keeps its head and says
 * where the rest is. Servers of Sandlot bound their answers themselves.
 */
import { pathToFileURL } from 'node:url';
import type { Log } from '@sandlot/core';
import type { Guard, GuardedCall } from '../mcp/guard.ts';
import { isLoose, type Loose, objectAt } from '../upstreams/caller.ts';
import type { KeptResult, ResultFolder } from './result-folder.ts';

/** Options of {@link spillGuard}. */
export interface SpillOptions {
  /** Longest text of an answer, and longest structured content, in bytes; 0 lets everything pass. */
  readonly maxBytes: number;
  readonly folder: ResultFolder;
  readonly log: Log;
}

/** What of a text stays in the answer, in bytes. */
const headBytes = 8192;
/** Older clients reject answers with a link in them. */
const firstWithLinks = '2025-06-18';

/** A guard that shortens results on their way back. */
export function spillGuard(guard: Guard, options: SpillOptions): Guard {
  if (options.maxBytes === 0) return guard;
  return {
    ...guard,
    run: (call, run) => guard.run(call, call.upstream.prefix === '' ? run : async () => shortened(call, await run(), options)),
  };
}

async function shortened(call: GuardedCall, result: Loose, options: SpillOptions): Promise<Loose> {
  try {
    return await spillStructured(call, await spillText(call, result, options), options);
  } catch (error) {
    // A long answer is better than none.
    options.log.warn('a long result could not be kept in the workspace', { server: call.upstream.name, tool: call.tool, error });
    return result;
  }
}

async function spillText(call: GuardedCall, result: Loose, { maxBytes, folder }: SpillOptions): Promise<Loose> {
  const content = Array.isArray(result['content']) ? result['content'].filter(isLoose) : [];
  const texts = content.map(textOf);
  const total = texts.reduce((sum, text) => sum + (text === undefined ? 0 : Buffer.byteLength(text)), 0);
  if (total <= maxBytes) return result;
  const text = texts.filter((one) => one !== undefined).join('\n');
  const kept = await folder.keep(text, labelOf(call), /^\s*[[{]/.test(text) ? 'json' : 'txt');
  const head = headOf(text, Math.min(headBytes, maxBytes));
  const note = `[These are the first ${Buffer.byteLength(head)} of ${kept.bytes} bytes. All of it is in the workspace, in ${kept.path}: read it there in parts.]`;
  const others = content.filter((_, index) => texts[index] === undefined);
  return withKept({ ...result, content: [{ type: 'text', text: `${head}\n\n${note}` }, ...linkTo(call, kept), ...others] }, kept);
}

/** Structured content is left whole where the tool's own schema makes clients check it. */
async function spillStructured(call: GuardedCall, result: Loose, { maxBytes, folder }: SpillOptions): Promise<Loose> {
  const { structuredContent: structured, ...rest } = result;
  if (structured === undefined || isLoose(call.shown['outputSchema'])) return result;
  if (Buffer.byteLength(JSON.stringify(structured)) <= maxBytes) return result;
  const kept = await folder.keep(JSON.stringify(structured, null, 2), labelOf(call), 'json');
  const note = `[The structured content, ${kept.bytes} bytes of JSON, is in the workspace, in ${kept.path}: read it there in parts.]`;
  const content = Array.isArray(rest['content']) ? rest['content'] : [];
  return withKept({ ...rest, content: [...content, { type: 'text', text: note }, ...linkTo(call, kept)] }, kept);
}

/** The text of a block, its own or that of an embedded resource. */
function textOf(block: Loose): string | undefined {
  const text = block['type'] === 'text' ? block['text'] : block['type'] === 'resource' ? objectAt(block, 'resource')['text'] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** The first bytes of a text, to the end of a line where one is near, else of a character. */
function headOf(text: string, bytes: number): string {
  const cut = new TextDecoder('utf-8').decode(Buffer.from(text.slice(0, bytes)).subarray(0, bytes)).replace(/\uFFFD$/, '');
  const line = cut.lastIndexOf('\n');
  return line > cut.length / 2 ? cut.slice(0, line) : cut;
}

function labelOf({ upstream, tool }: GuardedCall): string {
  return `${upstream.name}-${tool}`;
}

function linkTo({ upstream, tool, request: { caller } }: GuardedCall, kept: KeptResult): Loose[] {
  if (caller.protocolVersion !== undefined && caller.protocolVersion < firstWithLinks) return [];
  const name = kept.path.split('/').at(-1) ?? kept.path;
  const mimeType = name.endsWith('.json') ? 'application/json' : 'text/plain';
  const description = `The whole answer of ${tool} of ${upstream.name}`;
  return [{ type: 'resource_link', uri: pathToFileURL(kept.absolute).href, name, mimeType, size: kept.bytes, description }];
}

/** Key of `_meta` that names the files of a shortened result. */
const keptKey = 'sandlot.dev/kept';

function withKept(result: Loose, { path, bytes }: KeptResult): Loose {
  const meta = objectAt(result, '_meta');
  const earlier: unknown = meta[keptKey];
  return { ...result, _meta: { ...meta, [keptKey]: [...(Array.isArray(earlier) ? earlier : []), { path, bytes }] } };
}
