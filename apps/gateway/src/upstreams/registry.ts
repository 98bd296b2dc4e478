/** All upstreams of the gateway: ours, and the user's, which may come and go while it runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '@sandlot/core';
import type { AddedServers } from './added-servers.ts';
import { type BrokenEntry, type ConfiguredServer, type Entries, sortEntries } from './entries.ts';
import { ForeignServer } from './foreign.ts';
import type { ForeignServerOptions } from './open-foreign.ts';
import { Reaper } from './reaper.ts';
import type { Upstream, UpstreamChange } from './upstream.ts';

/** What every added server is made with. */
export interface ForeignDefaults extends Omit<ForeignServerOptions, 'id' | 'entry' | 'publicOnly' | 'reaper'> {
  /** Whether the API may add servers that are programs. */
  readonly allowStdio: boolean;
  /** Whether servers that the API added may have addresses that are not public. */
  readonly allowPrivate: boolean;
}

interface Served extends ConfiguredServer {
  readonly upstream: ForeignServer;
}

const listChanges = ['notifications/tools/list_changed', 'notifications/prompts/list_changed', 'notifications/resources/list_changed'];

/** The upstreams, in the order in which clients see them. */
export class Registry implements AsyncDisposable {
  readonly #own: readonly Upstream[];
  readonly #defaults: ForeignDefaults;
  readonly #served = new Map<string, Served>();
  readonly #reaper = new Reaper();
  readonly #listeners = new Set<(change: UpstreamChange) => void>();
  #file: Readonly<Record<string, unknown>> = {};
  #added: AddedServers = { mcpServers: {}, disabled: {} };
  #entries: Entries = { served: new Map(), disabled: new Map(), broken: [] };
  #fileProblem: string | undefined;
  #applying: Promise<void> = Promise.resolve();
  readonly #ending = new Set<Promise<void>>();

  constructor(own: readonly Upstream[], defaults: ForeignDefaults) {
    this.#own = own;
    this.#defaults = defaults;
    for (const upstream of own) upstream.onChange((change) => this.#emit(change));
  }

  list(): readonly Upstream[] {
    return [...this.#own, ...[...this.#served.values()].map(({ upstream }) => upstream)];
  }

  get(name: string): Upstream | undefined {
    return this.list().find((upstream) => upstream.name === name);
  }

  /** A server that a user added, when it is served. */
  added(id: string): ForeignServer | undefined {
    return this.#served.get(id)?.upstream;
  }

  /** Names of our servers. */
  get ownNames(): readonly string[] {
    return this.#own.map(({ name }) => name);
  }

  /** The entries of added servers: served, switched off and broken. */
  get entries(): Entries {
    return this.#entries;
  }

  /** Entries that are not served, and why. */
  get broken(): readonly BrokenEntry[] {
    return this.#entries.broken;
  }

  /** Takes a new `mcpServers` object of the configuration file: see {@link Registry.configureAdded}. */
  configure(servers: Readonly<Record<string, unknown>>): Promise<void> {
    this.#file = servers;
    return this.#apply();
  }

  /**
   * Takes what was added over the API. What is new is served, what is gone ends, what is the same is left alone. A broken entry stops
   * nobody.
   */
  configureAdded(added: AddedServers): Promise<void> {
    this.#added = added;
    return this.#apply();
  }

  /** Why the configuration file as it is now was not taken; undefined when it was. */
  get fileProblem(): string | undefined {
    return this.#fileProblem;
  }

  /** Told how taking the configuration file went. */
  reportFile(problem: string | undefined): void {
    this.#fileProblem = problem;
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
    await this.#applying;
    await Promise.all([...this.list().map((upstream) => upstream[Symbol.asyncDispose]()), ...this.#ending]);
    this.#reaper[Symbol.dispose]();
  }

  /** One after the other: two at once would serve a server twice. */
  #apply(): Promise<void> {
    this.#applying = this.#applying.then(() => this.#sort());
    return this.#applying;
  }

  async #sort(): Promise<void> {
    const { allowStdio, allowPrivate, ...defaults } = this.#defaults;
    const entries = sortEntries({ file: this.#file, added: this.#added, own: this.ownNames, allowStdio });
    const ended = [...this.#served].filter(([id, { entry, origin }]) => !isDeepStrictEqual(entries.served.get(id), { entry, origin }));
    const before = new Map(this.#served);
    for (const [id] of ended) before.delete(id);
    // In the order of the configuration, whatever was there before.
    this.#served.clear();
    for (const [id, { entry, origin }] of entries.served) {
      const same = before.get(id);
      if (same) {
        this.#served.set(id, same);
        continue;
      }
      const upstream = new ForeignServer({ ...defaults, id, entry, publicOnly: origin === 'api' && !allowPrivate, reaper: this.#reaper });
      upstream.onChange((change) => this.#emit(change));
      this.#served.set(id, { entry, origin, upstream });
    }
    for (const { id, error } of entries.broken) this.log.warn('server is not served', { server: id, error });
    const isSame = isDeepStrictEqual(entries, this.#entries);
    this.#entries = entries;
    if (isSame) return;
    for (const method of listChanges) this.#emit({ method, params: {} });
    // Nobody waits for one that takes its time: the next change of the configuration may come.
    for (const [id, { upstream }] of ended) this.#end(id, upstream);
  }

  #end(id: string, upstream: ForeignServer): void {
    const ending: Promise<void> = upstream[Symbol.asyncDispose]()
      .catch((error: unknown) => this.log.warn('server could not be ended in order', { server: id, error }))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #emit(change: UpstreamChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
