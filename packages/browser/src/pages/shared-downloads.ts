/** Downloads of a browser that is shared with others: caught under ids in a folder of our own, so that none is lost or overwritten. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@sandlot/core';
import type { CDPSession } from 'playwright-core';

/** A download that begins. */
export interface SharedDownload {
  readonly name: string;
  readonly url: string;
  readonly frameId: string;
  /** The finished file; undefined when it was cancelled. */
  readonly file: Promise<string | undefined>;
}

export class SharedDownloads implements AsyncDisposable {
  /** Hears of each download. One listener: the profile has one holder. */
  onBegin: ((download: SharedDownload) => void) | undefined;
  readonly #cdp: CDPSession;
  readonly #folder: string;
  readonly #running = new Map<string, (file: string | undefined) => void>();

  private constructor(cdp: CDPSession, folder: string) {
    this.#cdp = cdp;
    this.#folder = folder;
  }

  /** Takes the downloads of the browser over. */
  static async start(cdp: CDPSession, log: Log): Promise<SharedDownloads> {
    const downloads = new SharedDownloads(cdp, await mkdtemp(join(tmpdir(), 'sandlot-incoming-')));
    cdp.on('Browser.downloadWillBegin', ({ guid, url, suggestedFilename, frameId }) => {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      downloads.#running.set(guid, resolve);
      if (downloads.onBegin) downloads.onBegin({ name: suggestedFilename, url, frameId, file: promise });
      else log.warn('a download that no caller asked for', { name: suggestedFilename });
    });
    cdp.on('Browser.downloadProgress', ({ guid, state, filePath }) => {
      if (state === 'inProgress') return;
      downloads.#running.get(guid)?.(state === 'completed' ? (filePath ?? join(downloads.#folder, guid)) : undefined);
      downloads.#running.delete(guid);
    });
    await downloads.claim();
    return downloads;
  }

  /** Asks for the downloads again: the last client that asks has them, and others may have asked since. */
  async claim(): Promise<void> {
    await this.#cdp.send('Browser.setDownloadBehavior', { behavior: 'allowAndName', downloadPath: this.#folder, eventsEnabled: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#running.values()) end(undefined);
    this.#running.clear();
    await this.#cdp.send('Browser.setDownloadBehavior', { behavior: 'default' }).catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
