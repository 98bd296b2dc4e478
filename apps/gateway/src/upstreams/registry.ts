/** All upstreams of the gateway: ours, and the user's, which may come and go while it runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '@sandlot/core';
import { ForeignServer } from './foreign.ts';
import type { ForeignServerOptions } from './open-foreign.ts';
import { parseEntry, type ServerEntry } from './settings.ts';
import type { Upstream, UpstreamChange } from './upstream.ts';

/** Why an entry of the configuration is not served. */
export interface BrokenEntry {
  readonly id: string;
  readonly error: string;
}

/** What every added server is made with. */
export type ForeignDefaults = Omit<ForeignServerOptions, 'id' | 'entry'>;

const listChanges = ['notifications/tools/list_changed', 'notifications/prompts/list_changed', 'notifications/resources/list_changed'];

/** The upstreams, in the order in which clients see them. */
export class Registry implements AsyncDisposable {
  readonly #own: readonly Upstream[];
  readonly #defaults: ForeignDefaults;
  readonly #added = new Map<string, { readonly entry: ServerEntry; readonly upstream: ForeignServer }>();
  readonly #listeners = new Set<(change: UpstreamChange) => void>();
  #broken: readonly BrokenEntry[] = [];

  constructor(own: readonly Upstream[], defaults: ForeignDefaults) {
    this.#own = own;
    this.#defaults = defaults;
    for (const upstream of own) upstream.onChange((change) => this.#emit(change));
  }

  list(): readonly Upstream[] {
    return [...this.#own, ...[...this.#added.values()].map(({ upstream }) => upstream)];
  }

  get(name: string): Upstream | undefined {
    return this.list().find((upstream) => upstream.name === name);
  }

  /** Entries that are not served, and why. */
  get broken(): readonly BrokenEntry[] {
    return this.#broken;
  }

  /** Takes a new `mcpServers` object: what is new starts, what is gone ends, what is the same is left alone. A broken entry stops nobody. */
  async configure(servers: Readonly<Record<string, unknown>>): Promise<void> {
    const broken: BrokenEntry[] = [];
    const wanted = new Map<string, ServerEntry>();
    for (const [id, value] of Object.entries(servers)) {
      const parsed = this.#own.some(({ name }) => name === id)
        ? { error: `"${id}" is the name of a server of Sandlot.` }
        : parseEntry(id, value);
      if ('error' in parsed) broken.push({ id, error: parsed.error });
      else if (!parsed.entry.disabled) wanted.set(id, parsed.entry);
    }
    const ended = [...this.#added].filter(([id, { entry }]) => !isDeepStrictEqual(wanted.get(id), entry));
    for (const [id] of ended) this.#added.delete(id);
    for (const [id, entry] of wanted) {
      if (this.#added.has(id)) continue;
      const upstream = new ForeignServer({ ...this.#defaults, id, entry });
      upstream.onChange((change) => this.#emit(change));
      this.#added.set(id, { entry, upstream });
    }
    for (const { id, error } of broken) this.log.warn('server is not served', { server: id, error });
    this.#broken = broken;
    for (const method of listChanges) this.#emit({ method, params: {} });
    await Promise.all(ended.map(([, { upstream }]) => upstream[Symbol.asyncDispose]()));
  }

  /** Called for every change of any upstream, and when upstreams come or go. */
  onChange(listener: (change: UpstreamChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get log(): Log {
    return this.#defaults.log;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.list().map((upstream) => upstream[Symbol.asyncDispose]()));
  }

  #emit(change: UpstreamChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
