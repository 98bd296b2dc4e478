/** Everything that belongs to one caller: a context of its own (cookies, storage), its tabs and its downloads. */
import { randomUUID } from 'node:crypto';
import { type Log, ToolError } from '@sandlot/core';
import { meter, timed } from '@sandlot/core/telemetry';
import type { BrowserContext, Page, Response } from 'playwright-core';
import type { Obstruction } from '../network/obstruction.ts';
import type { BrowserOptions } from '../options.ts';
import { type DownloadRecord, Downloads } from './downloads.ts';
import { fetchDocument } from './fetch-document.ts';
import { Mocks } from './mocks.ts';
import { Recordings } from './recording.ts';
import type { Secrets } from './secrets.ts';
import type { SharedDownload, SharedDownloads } from './shared-downloads.ts';
import { endPage } from './responsive.ts';
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
  readonly secrets: Secrets;
  /** Called when tabs come, go, or move. */
  readonly changed: () => void;
  /** Address of the filtering proxy in front of a browser that was attached to. */
  readonly proxy?: string | undefined;
  /** Set when the context is a kept profile, which stays open; with the downloads of a browser that was attached to. */
  readonly profile?: { readonly downloads: SharedDownloads | undefined };
}

export class Session {
  readonly obstruction: SessionEnv['obstruction'];
  readonly context: BrowserContext;
  readonly profile: SessionEnv['profile'];
  readonly options: BrowserOptions;
  readonly files: WorkspaceFiles;
  readonly downloads: Downloads;
  readonly mocks: Mocks;
  readonly recordings = new Recordings(this);
  readonly secrets: Secrets;
  readonly tabs = new Map<string, Tab>();
  #current: Tab | undefined;
  readonly #changed: () => void;
  readonly #proxy: string | undefined;
  lastUsed = Date.now();
  #count = 0;
  #holds = 0;
  #happenings: Happenings = { notes: [], downloads: [], popups: [] };
  readonly #texts = new Map<string, string>();
  readonly #onPage = (page: Page) => void (this.#hasRoom(page) && this.#adopt(page));

  constructor(context: BrowserContext, { workspace, options, log, obstruction, profile, secrets, changed, proxy }: SessionEnv) {
    this.secrets = secrets;
    this.#changed = changed;
    this.#proxy = proxy;
    this.context = context;
    this.profile = profile;
    this.mocks = new Mocks(context);
    this.obstruction = obstruction;
    this.options = options;
    this.files = new WorkspaceFiles(workspace, (text) => secrets.hide(text));
    this.downloads = new Downloads(this.files, options.outputDir, log);
    context.setDefaultTimeout(options.timeoutAction);
    context.setDefaultNavigationTimeout(options.timeoutNavigation);
    context.on('page', this.#onPage);
    for (const page of context.pages()) this.#adopt(page);
    if (profile?.downloads) profile.downloads.onBegin = (download) => this.#receive(download);
  }

  /** The tab that calls without a tab id are about. */
  get current(): Tab | undefined {
    return this.#current;
  }

  set current(tab: Tab | undefined) {
    this.#current = tab;
    this.#changed();
  }

  /** True for a browser that people and other programs use, too. */
  get shared(): boolean {
    return this.profile?.downloads !== undefined;
  }

  /**
   * The tab with this id, else the current one, else a new one. A tab whose page has crashed is replaced by an empty one.
   *
   * @throws ToolError NOT_FOUND for an id that this caller does not have
   */
  async tab(id?: string): Promise<Tab> {
    const tab = id === undefined ? this.current : this.tabs.get(id);
    if (tab?.crashed) return this.replace(tab, 'had crashed');
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
    const tab = this.#adopt(await timed('sandlot.browser.page.create.duration', () => this.context.newPage()));
    tab.ours = true;
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

  /** Closes a tab. The last one of a profile is replaced first, because the browser would end with it. */
  async closeTab(tab: Tab): Promise<void> {
    if (this.profile && this.context.pages().every((page) => page === tab.page)) await this.context.newPage();
    await timed('sandlot.browser.page.close.duration', () => tab.page.close());
  }

  /** Ends the session. Of a kept profile only the tabs are closed that this caller opened. */
  async close(): Promise<void> {
    await this.recordings[Symbol.asyncDispose]();
    if (!this.profile) return this.context.close();
    await this.mocks.remove();
    this.context.off('page', this.#onPage);
    if (this.profile.downloads) this.profile.downloads.onBegin = undefined;
    for (const tab of this.tabs.values()) if (tab.ours) await this.closeTab(tab);
  }

  /** Pages open tabs as they like; those beyond the most are closed. */
  #hasRoom(page: Page): boolean {
    if (this.tabs.size < mostTabs || [...this.tabs.values()].some((tab) => tab.page === page)) return true;
    if (page.isClosed()) return false;
    void page.close().catch(() => undefined);
    const note = `A page opened more than ${mostTabs} tabs; those beyond were closed.`;
    if (!this.#happenings.notes.includes(note)) this.note(note);
    return false;
  }

  #adopt(page: Page): Tab {
    for (const known of this.tabs.values()) if (known.page === page) return known;
    const tab = new Tab(`t${++this.#count}`, page, this.shared);
    this.tabs.set(tab.id, tab);
    meter.shift('sandlot.browser.pages', 1, {});
    this.current ??= tab;
    page.on('popup', (popup) => {
      if (!this.#hasRoom(popup)) return;
      const opened = this.#adopt(popup);
      opened.ours = tab.ours;
      this.#happenings.popups.push(opened);
      tab.interrupt('popup');
    });
    page.on('download', (download) => {
      this.#happenings.downloads.push(this.downloads.add(download));
      tab.interrupt('download');
    });
    page.on('framenavigated', () => this.#changed());
    page.on('dialog', () => this.#changed());
    page.on('dialogclosed', () => this.#changed());
    page.on('response', (response) => this.#saveDocument(tab, response));
    page.on('close', () => {
      meter.shift('sandlot.browser.pages', -1, {});
      this.tabs.delete(tab.id);
      if (this.current === tab) this.current = [...this.tabs.values()].at(-1);
      this.#changed();
    });
    return tab;
  }

  /** A download of a shared browser, whoever started it: an agent's action, a person at the screen, another program. */
  #receive({ name, url, file }: SharedDownload): void {
    this.#happenings.downloads.push(this.downloads.receive(name, url, file));
    for (const tab of this.tabs.values()) tab.interrupt('download');
  }

  /** A PDF in a tab is a viewer without text: it is handed over as a file. */
  #saveDocument(tab: Tab, response: Response): void {
    const request = response.request();
    if (!/^application\/pdf\b/i.test(response.headers()['content-type'] ?? '') || !response.ok() || request.method() !== 'GET') return;
    if (!request.isNavigationRequest() || request.frame() !== tab.page.mainFrame()) return;
    const url = response.url();
    const fetch = async () => fetchDocument(this.context, url, this.#proxy);
    this.#happenings.downloads.push(this.downloads.save(url, fetch));
  }

  /** Puts an empty tab in the place of one that is of no use any more. @param why for the next answer: `had crashed` */
  async replace(broken: Tab, why: string): Promise<Tab> {
    const before = this.current;
    const tab = await this.open();
    if (before !== broken) this.current = before;
    this.note(`Tab ${broken.id} (${broken.url.slice(0, 200)}) ${why}; the empty tab ${tab.id} replaces it.`);
    void endPage(broken.page);
    return tab;
  }
}
