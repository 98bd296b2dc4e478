/**
 * Guards against tools that change under their name: a definition is pinned when it is first seen. A later one waits for approval, and
 * clients go on seeing the old one.
 */
import { type Log, ToolError } from '@sandlot/core';
import type { Loose } from './caller.ts';
import { hashOf } from './canonical.ts';
import { type Pin, readPins, writePins } from './pin-file.ts';
import type { ServerEntry } from './settings.ts';

/** A tool that waits for approval. */
export interface WaitingTool {
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
   * The definitions that clients may see of what a server lists.
   *
   * @throws ToolError FAILED_PRECONDITION when the file of the pins is damaged
   */
  apply(tools: readonly Loose[]): Promise<readonly Loose[]> {
    if (this.#options.mode === 'off') return Promise.resolve(tools);
    const result = this.#last.then(() => this.#apply(tools));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** @throws ToolError FAILED_PRECONDITION for a tool that has changed and waits, unless calls go on */
  check(tool: string): void {
    if (this.#options.mode === 'warn') return;
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

  async #apply(tools: readonly Loose[]): Promise<readonly Loose[]> {
    const { server, folder, mode, log } = this.#options;
    const known = await readPins(folder, server);
    const pins = new Map((known ?? []).map((pin) => [pin.tool, pin]));
    const takesNew = known === undefined || mode !== 'all';
    const shown = new Map<string, Loose>();
    const waiting: WaitingTool[] = [];
    for (const tool of tools) {
      const name = String(tool['name']);
      if (shown.has(name) || waiting.some((one) => one.tool === name)) continue;
      const pin = pinOf(name, tool, pins.get(name), takesNew);
      pins.set(name, pin);
      const visible = pin.approved?.definition;
      if (visible) shown.set(name, visible);
      if (!pin.waiting) continue;
      waiting.push({
        tool: name,
        why: visible ? 'changed' : 'new',
        hash: pin.waiting.hash,
        approve: `sandlot approve ${server} ${name}`,
      });
    }
    for (const { tool, why, hash, approve } of waiting) {
      if (this.#waiting.some((one) => one.hash === hash && one.tool === tool)) continue;
      log.warn(why === 'new' ? 'new tool waits for approval' : 'changed tool waits for approval', { server, tool, hash, approve });
    }
    this.#waiting = waiting;
    if (!this.#isClosed && hashOf([...pins.values()]) !== hashOf(known)) {
      await writePins(folder, server, [...pins.values()]).catch((error: unknown) =>
        log.error('definitions could not be pinned', { server, error }),
      );
    }
    return [...shown.values()];
  }
}

function pinOf(tool: string, definition: Loose, known: Pin | undefined, takesNew: boolean): Pin {
  const now = { hash: hashOf(definition), definition: { ...definition, name: tool } };
  if (known?.approved) return known.approved.hash === now.hash ? { tool, approved: known.approved } : { ...known, waiting: now };
  return takesNew ? { tool, approved: now } : { tool, waiting: now };
}
