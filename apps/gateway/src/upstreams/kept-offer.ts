/** What an added server offers, kept: fetched once, again when it may have changed, and the last good one while it is away. */
import { isDeepStrictEqual } from 'node:util';
import type { Offer } from './upstream.ts';
import { offerLists, type RawOffer, shownOffer, type ShownOffer } from './offer.ts';
import type { Pins } from './pins.ts';
import type { ServerEntry } from './settings.ts';

/** Options of {@link KeptOffer}. */
export interface KeptOfferOptions {
  readonly entry: ServerEntry;
  readonly pins: Pins;
  /** Asks the server. */
  readonly fetch: () => Promise<RawOffer>;
  /** Told of a list that is another now: `tools`, `prompts` or `resources`. */
  readonly onChange: (list: string) => void;
}

/** The offer of one server. */
export class KeptOffer {
  readonly #options: KeptOfferOptions;
  #fetching: Promise<Offer> | undefined;
  #raw: RawOffer | undefined;
  #shown: ShownOffer | undefined;
  #error: string | undefined;

  constructor(options: KeptOfferOptions) {
    this.#options = options;
  }

  /** What is known of it now. */
  get known(): Offer | undefined {
    return this.#shown?.offer;
  }

  /** What is wrong with it, in sentences. */
  get problems(): readonly string[] {
    return [...(this.#raw?.problems ?? []), ...(this.#shown?.problems ?? [])];
  }

  /** A tool's own name, by the name that clients see; undefined when they see none of that name. */
  ownName(shown: string): string | undefined {
    return this.#shown?.ownNames.get(shown);
  }

  /** Why it could not be fetched the last time. */
  get error(): string | undefined {
    return this.#error;
  }

  /** The offer, fetched when it is not known. @throws what fetching throws */
  async get(): Promise<Offer> {
    return this.known ?? this.#fetch();
  }

  /** True while the server is asked. */
  get fetching(): boolean {
    return this.#fetching !== undefined;
  }

  /**
   * Fetches it again. When it cannot be fetched, the last one stays.
   *
   * @param told a list whose change the caller tells himself
   */
  async reload(told?: string): Promise<void> {
    // What is under way may have been read before the change.
    await this.#fetching?.catch(() => undefined);
    await this.#fetch(told).catch(() => undefined);
  }

  /** Looks at the pins again, since something may have been approved. */
  async repin(): Promise<void> {
    if (this.#raw) await this.#take(this.#raw).catch(() => undefined);
  }

  #fetch(told?: string): Promise<Offer> {
    this.#fetching ??= this.#options
      .fetch()
      .then((raw) => this.#take(raw, told))
      .then(
        (offer) => ((this.#error = undefined), offer),
        (error: unknown) => {
          this.#error = error instanceof Error ? error.message : String(error);
          throw error;
        },
      )
      .finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #take(raw: RawOffer, told?: string): Promise<Offer> {
    const { entry, pins, onChange } = this.#options;
    // What could not be read is as it was. First of all: writing the pins calls `repin`.
    const { capabilities: _capabilities, instructions: _instructions, ...lists } = this.#raw ?? raw;
    const full = { ...lists, ...raw };
    this.#raw = full;
    const before = this.known;
    this.#shown = shownOffer(await pins.apply(full), entry);
    const now = this.#shown.offer;
    if (!before) return now;
    const changed = offerLists.filter((list) => !isDeepStrictEqual(before[list], now[list]));
    for (const list of new Set(changed.map((name) => (name === 'resourceTemplates' ? 'resources' : name))))
      if (list !== told) onChange(list);
    // No notification is for these; views are made again by one.
    if (before.instructions !== now.instructions && changed.length === 0) onChange('tools');
    return now;
  }
}
