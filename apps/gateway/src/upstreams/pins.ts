/**
 * Guards against servers that change what they say: definitions of tools, prompts and resource templates, and instructions, are pinned when
 * they are first seen. A later one waits for approval, and clients go on seeing the old one. Resources come and go: they are data.
 */
import { type Log, ToolError } from '@sandlot/core';
import type { Loose } from './caller.ts';
import { hashOf } from './canonical.ts';
import type { RawOffer } from './offer.ts';
import { labelOf, type Pin, type PinKind, readPins, writePins } from './pin-file.ts';
import type { ServerEntry } from './settings.ts';
import type { Offer } from './upstream.ts';

/** Something that waits for approval. */
export interface WaitingTool {
  /** The name of a tool; `prompt:<name>`, `template:<uriTemplate>` or `instructions` for what is none. */
  readonly tool: string;
  /** `changed`: clients see the old definition. `new`: clients do not see it. */
  readonly why: 'changed' | 'new';
  /** SHA-256 of the definition that waits. */
  readonly hash: string;
  /** The command that approves it. */
  readonly approve: string;
}

/** Options of {@link Pins}. */
export interface PinOptions {
  readonly server: string;
  readonly folder: string;
  readonly mode: ServerEntry['pin'];
  readonly log: Log;
}

/** The pins of one server. */
export class Pins {
  readonly #options: PinOptions;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: readonly WaitingTool[] = [];
  #isClosed = false;

  constructor(options: PinOptions) {
    this.#options = options;
  }

  /** What waits for approval. */
  get waiting(): readonly WaitingTool[] {
    return this.#waiting;
  }

  /**
   * What clients may see of what a server says.
   *
   * @throws ToolError FAILED_PRECONDITION when the file of the pins is damaged
   */
  apply(raw: RawOffer): Promise<Offer> {
    if (this.#options.mode === 'off') return Promise.resolve({ tools: [], prompts: [], resources: [], resourceTemplates: [], ...raw });
    const result = this.#last.then(() => this.#apply(raw));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** @throws ToolError FAILED_PRECONDITION for a tool or prompt that has changed and waits, unless calls go on */
  check(kind: PinKind, name: string): void {
    if (this.#options.mode === 'warn') return;
    const tool = labelOf({ kind, tool: name });
    const found = this.#waiting.find((one) => one.tool === tool);
    if (!found) return;
    throw new ToolError(
      'FAILED_PRECONDITION',
      `The definition of "${tool}" of the server "${this.#options.server}" has changed since it was approved; it waits for approval.`,
      { advice: `Whoever runs the gateway looks at it with \`sandlot approve\` and approves it with \`${found.approve}\`.` },
    );
  }

  /** Ends the writing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
  }

  async #apply(raw: RawOffer): Promise<Offer> {
    const { server, folder, mode, log } = this.#options;
    const known = await readPins(folder, server);
    const pins = new Map((known?.pins ?? []).map((pin) => [labelOf(pin), pin]));
    const said = saidBy(raw);
    const waiting: WaitingTool[] = [];
    const visible = (kind: PinKind) =>
      [...(said.get(kind) ?? [])].flatMap(([name, definition]) => {
        const label = labelOf({ kind, tool: name });
        const isFirst = mode !== 'all' || !known?.seen.includes(kind);
        const pin = pinOf({ kind, tool: name }, definition, pins.get(label), isFirst);
        pins.set(label, pin);
        const shown = pin.approved?.definition;
        if (pin.waiting) {
          const approve = `sandlot approve ${server} ${shellWord(label)}`;
          waiting.push({ tool: label, why: shown ? 'changed' : 'new', hash: pin.waiting.hash, approve });
        }
        return shown ? [shown] : [];
      });
    const tools = visible('tool');
    const prompts = visible('prompt');
    const resourceTemplates = visible('template');
    const [about] = visible('instructions');
    for (const { tool, why, hash, approve } of waiting) {
      if (this.#waiting.some((one) => one.hash === hash && one.tool === tool)) continue;
      log.warn(why === 'new' ? 'new definition waits for approval' : 'changed definition waits for approval', {
        server,
        tool,
        hash,
        approve,
      });
    }
    this.#waiting = waiting;
    const now = { pins: [...pins.values()], seen: [...new Set([...(known?.seen ?? []), ...said.keys()])] };
    if (!this.#isClosed && hashOf(now) !== hashOf(known)) {
      await writePins(folder, server, now).catch((error: unknown) => log.error('definitions could not be pinned', { server, error }));
    }
    const { instructions: _unseen, ...rest } = raw;
    const instructions = about?.['text'];
    return { resources: [], ...rest, tools, prompts, resourceTemplates, ...(typeof instructions === 'string' && { instructions }) };
  }
}

/** What is pinned of an offer, by kind and name; a list that could not be read says nothing. */
function saidBy({ tools, prompts, resourceTemplates, instructions }: RawOffer): Map<PinKind, Map<string, Loose>> {
  const named = (list: readonly Loose[], id: string) => new Map(list.map((one) => [String(one[id]), one]));
  return new Map<PinKind, Map<string, Loose>>([
    ...(tools ? [['tool', named(tools, 'name')] as const] : []),
    ...(prompts ? [['prompt', named(prompts, 'name')] as const] : []),
    ...(resourceTemplates ? [['template', named(resourceTemplates, 'uriTemplate')] as const] : []),
    ['instructions', new Map(instructions === undefined ? [] : [['', { text: instructions }]])],
  ]);
}

function pinOf(pin: Pick<Pin, 'kind' | 'tool'>, definition: Loose, known: Pin | undefined, takesNew: boolean): Pin {
  const now = { hash: hashOf(definition), definition: { ...definition } };
  if (known?.approved) return known.approved.hash === now.hash ? { ...pin, approved: known.approved } : { ...known, waiting: now };
  return takesNew ? { ...pin, approved: now } : { ...pin, waiting: now };
}

/** The names are the server's: what is copied into a shell must be one word there. */
function shellWord(text: string): string {
  return /^[\w.:/{}-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
