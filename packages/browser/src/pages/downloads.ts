/** Downloads of one caller: each lands in the workspace under its own name, a free one. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@sandlot/core';
import type { Download } from 'playwright-core';
import { safeName, type WorkspaceFiles } from './workspace-files.ts';

/** How far a download is. */
export type DownloadState = 'running' | 'completed' | 'cancelled' | 'failed';

/** One download. */
export interface DownloadRecord {
  /** Name that the site suggests, made safe. */
  readonly name: string;
  readonly url: string;
  state: DownloadState;
  /** Absolute path in the workspace, once it is completed. */
  path: string | undefined;
  bytes: number | undefined;
  reason: string | undefined;
  /** Resolves when it is no longer running. */
  readonly ended: Promise<void>;
}

const kept = 200;

export class Downloads {
  readonly records: DownloadRecord[] = [];
  readonly #files: WorkspaceFiles;
  readonly #folder: string;
  readonly #log: Log;

  constructor(files: WorkspaceFiles, folder: string, log: Log) {
    this.#files = files;
    this.#folder = folder;
    this.#log = log;
  }

  /** Takes a download over from the browser. */
  add(download: Download): DownloadRecord {
    return this.#track(download.suggestedFilename(), download.url(), async (record) => {
      const failure = await download.failure();
      if (failure !== null) {
        record.state = failure === 'canceled' ? 'cancelled' : 'failed';
        record.reason = failure;
        return;
      }
      const source = await download.path();
      record.bytes = (await stat(source)).size;
      record.path = await this.#files.adopt(source, join(this.#folder, record.name));
      record.state = 'completed';
      await download.delete().catch(() => undefined);
    });
  }

  /** Takes a download over that a shared browser puts into a file. @param file the finished file; undefined when it was cancelled */
  receive(suggested: string, url: string, file: Promise<string | undefined>): DownloadRecord {
    return this.#track(suggested, url, async (record) => {
      const source = await file;
      if (source === undefined) {
        record.state = 'cancelled';
        return;
      }
      record.bytes = (await stat(source)).size;
      record.path = await this.#files.adopt(source, join(this.#folder, record.name));
      record.state = 'completed';
      await rm(source, { force: true });
    });
  }

  /** Saves a document that the browser shows in a viewer, where nobody can read it. */
  save(url: string, fetch: () => Promise<Buffer>): DownloadRecord {
    const name = URL.parse(url)?.pathname.split('/').at(-1)?.replaceAll('%20', ' ') ?? '';
    return this.#track(name.toLowerCase().endsWith('.pdf') ? name : `${name || 'document'}.pdf`, url, async (record) => {
      const body = await fetch();
      record.bytes = body.length;
      record.path = await this.#files.write(join(this.#folder, record.name), body);
      record.state = 'completed';
    });
  }

  /** Waits until the given downloads have ended, or for this long. */
  async settled(records: readonly DownloadRecord[], mostMs: number, signal: AbortSignal): Promise<void> {
    if (records.every(({ state }) => state !== 'running')) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, mostMs);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([promise, Promise.all(records.map(({ ended }) => ended))]);
    clearTimeout(timer);
  }

  #track(name: string, url: string, work: (record: DownloadRecord) => Promise<void>): DownloadRecord {
    const { promise, resolve } = Promise.withResolvers<void>();
    const record: DownloadRecord = {
      name: safeName(name),
      url: url.slice(0, 2_000),
      state: 'running',
      path: undefined,
      bytes: undefined,
      reason: undefined,
      ended: promise,
    };
    this.records.push(record);
    if (this.records.length > kept) this.records.shift();
    const failed = (error: unknown) => {
      record.state = 'failed';
      record.reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      this.#log.warn('download failed', { name: record.name, error });
    };
    void work(record).catch(failed).finally(resolve);
    return record;
  }
}
