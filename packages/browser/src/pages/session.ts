/** Everything that belongs to one caller: a context of its own (cookies, storage), its tabs and its downloads. */
import { randomUUID } from 'node:crypto';
import { type Log, ToolError } from '@sandlot/core';
import type { BrowserContext, Page, Response } from 'playwright-core';
import type { Obstruction } from '../network/proxy.ts';
import type { BrowserOptions } from '../options.ts';
import { type DownloadRecord, Downloads } from './downloads.ts';
import { Tab } from './tab.ts';
import { WorkspaceFiles } from './workspace-files.ts';

const mostTabs = 50;
const textsKept = 16;

/** What happened since the last answer, for the next one. */
export interface Happenings {
  readonly notes: string[];
  readonly downloads: DownloadRecord[];
  readonly popups: Tab[];
}

/** What a session works with. */
export interface SessionEnv {
  readonly workspace: string;
  readonly options: BrowserOptions;
  readonly log: Log;
  /** Why there was no connection to a host. */
  readonly obstruction: (host: string) => Obstruction | undefined;
}

export class Session {
  readonly obstruction: SessionEnv['obstruction'];
  readonly context: BrowserContext;
  readonly options: BrowserOptions;
  readonly files: WorkspaceFiles;
  readonly downloads: Downloads;
  readonly tabs = new Map<string, Tab>();
  current: Tab | undefined;
  lastUsed = Date.now();
  #count = 0;
  #holds = 0;
  #happenings: Happenings = { notes: [], downloads: [], popups: [] };
  readonly #texts = new Map<string, string>();

  constructor(context: BrowserContext, { workspace, options, log, obstruction }: SessionEnv) {
    this.context = context;
    this.obstruction = obstruction;
    this.options = options;
    this.files = new WorkspaceFiles(workspace);
    this.downloads = new Downloads(this.files, options.outputDir, log);
    context.setDefaultTimeout(options.timeoutAction);
    context.setDefaultNavigationTimeout(options.timeoutNavigation);
    context.on('page', (page) => void this.#adopt(page));
  }

  /**
   * The tab with this id, else the current one, else a new one. A tab whose page has crashed is replaced by an empty one.
   *
   * @throws ToolError NOT_FOUND for an id that this caller does not have
   */
  async tab(id?: string): Promise<Tab> {
    const tab = id === undefined ? this.current : this.tabs.get(id);
    if (tab?.crashed) return this.#replace(tab);
    if (tab) return tab;
    if (id === undefined) return this.open();
    const known = [...this.tabs.keys()].join(', ') || 'none';
    throw new ToolError('NOT_FOUND', `No tab "${id}". Open tabs: ${known}.`, { advice: 'List the tabs with browser_tabs.' });
  }

  /** Opens an empty tab and makes it the current one. */
  async open(): Promise<Tab> {
    using _ = this.hold();
    if (this.tabs.size >= mostTabs) {
      throw new ToolError('RESOURCE_EXHAUSTED', `${this.tabs.size} tabs are open, the most there may be.`, {
        advice: 'Close tabs with browser_tabs.',
      });
    }
    const tab = this.#adopt(await this.context.newPage());
    this.current = tab;
    return tab;
  }

  /** True while a call works in this session. */
  get busy(): boolean {
    return this.#holds > 0;
  }

  /** Keeps the session from being closed as idle, until it is disposed. */
  hold(): Disposable {
    this.#holds++;
    return {
      [Symbol.dispose]: () => {
        this.#holds--;
        this.lastUsed = Date.now();
      },
    };
  }

  /** Adds a sentence to the next answer. */
  note(text: string): void {
    this.#happenings.notes.push(text);
  }

  /** What happened since this was asked last. */
  drain(): Happenings {
    const happened = this.#happenings;
    this.#happenings = { notes: [], downloads: [], popups: [] };
    return happened;
  }

  /** Downloads that no answer has told of yet. */
  get untold(): readonly DownloadRecord[] {
    return this.#happenings.downloads;
  }

  /** Keeps a text that did not fit into an answer; returns the cursor for the rest of it from `offset`. */
  keep(text: string, offset: number): string {
    const id = randomUUID().slice(0, 8);
    this.#texts.set(id, text);
    const oldest = this.#texts.size > textsKept ? this.#texts.keys().next().value : undefined;
    if (oldest !== undefined) this.#texts.delete(oldest);
    return `${id}.${offset}`;
  }

  /** The text and offset behind a cursor. @throws ToolError NOT_FOUND when it is unknown or too old */
  recall(cursor: string): { text: string; offset: number } {
    const [id = '', offset] = cursor.split('.');
    const text = this.#texts.get(id);
    if (text === undefined || !/^\d+$/.test(offset ?? '')) {
      throw new ToolError('NOT_FOUND', `No text for the cursor "${cursor}"; only the last ${textsKept} are kept.`, {
        advice: 'Take a new snapshot.',
      });
    }
    return { text, offset: Number(offset) };
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  #adopt(page: Page): Tab {
    for (const known of this.tabs.values()) if (known.page === page) return known;
    const tab = new Tab(`t${++this.#count}`, page);
    this.tabs.set(tab.id, tab);
    this.current ??= tab;
    page.on('popup', (popup) => {
      this.#happenings.popups.push(this.#adopt(popup));
      tab.interrupt('popup');
    });
    page.on('download', (download) => {
      this.#happenings.downloads.push(this.downloads.add(download));
      tab.interrupt('download');
    });
    page.on('response', (response) => this.#saveDocument(tab, response));
    page.on('close', () => {
      this.tabs.delete(tab.id);
      if (this.current === tab) this.current = [...this.tabs.values()].at(-1);
    });
    return tab;
  }

  /** A PDF in a tab is a viewer without text: it is handed over as a file. */
  #saveDocument(tab: Tab, response: Response): void {
    const request = response.request();
    if (!/^application\/pdf\b/i.test(response.headers()['content-type'] ?? '') || !response.ok() || request.method() !== 'GET') return;
    if (!request.isNavigationRequest() || request.frame() !== tab.page.mainFrame()) return;
    const url = response.url();
    const fetch = async () => {
      const answer = await this.context.request.get(url, { timeout: 120_000, maxRedirects: 0, failOnStatusCode: true });
      try {
        return await answer.body();
      } finally {
        await answer.dispose();
      }
    };
    this.#happenings.downloads.push(this.downloads.save(url, fetch));
  }

  async #replace(crashed: Tab): Promise<Tab> {
    const wasCurrent = this.current === crashed;
    const before = this.current;
    const tab = await this.open();
    if (!wasCurrent) this.current = before;
    this.note(`Tab ${crashed.id} (${crashed.page.url()}) had crashed; the empty tab ${tab.id} replaces it.`);
    await crashed.page.close().catch(() => undefined);
    return tab;
  }
}
