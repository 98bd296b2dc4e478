/** One page of a caller: what it asks (dialog, chooser), what it said (console, requests), and what the caller saw of it last. */
import { meter } from '@sandlot/core/telemetry';
import type { Dialog, FileChooser, Page, Request } from 'playwright-core';
import { Activity } from './activity.ts';
import { ConsoleLog } from './console-log.ts';
import { RequestLog } from './request-log.ts';

/** What ends the wait for the effect of an action at once. */
export const interruptions = ['dialog', 'chooser', 'popup', 'download', 'crash', 'closed'] as const;
export type Interruption = (typeof interruptions)[number];
/** Those that also end the action itself: it cannot go on. */
export const blockers: readonly Interruption[] = ['dialog', 'crash', 'closed'];

export class Tab {
  readonly id: string;
  readonly page: Page;
  readonly activity: Activity;
  readonly console: ConsoleLog;
  readonly requests: RequestLog;
  /** An open dialog blocks the page until it is answered. */
  dialog: Dialog | undefined;
  /** A file chooser that waits for files. */
  chooser: FileChooser | undefined;
  crashed = false;
  /** True when this caller opened it, or something that it opened did. */
  ours = false;
  /** What the caller was shown last, and of which document, for the next difference. */
  #seen: { readonly document: number; readonly lines: readonly string[] } | undefined;
  /** Counts the documents that the main frame had. */
  #documents = 0;
  #navigation: Request | undefined;
  readonly #landed = new Set<() => void>();
  readonly #interrupted = new Set<(by: Interruption) => void>();
  readonly #shared: boolean;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #onChooser = (chooser: FileChooser) => {
    this.chooser = chooser;
    this.interrupt('chooser');
  };

  /** @param shared true in a browser that people use, too: choosers are theirs except during an action */
  constructor(id: string, page: Page, shared = false) {
    this.#shared = shared;
    this.id = id;
    this.page = page;
    this.activity = new Activity(page);
    this.console = new ConsoleLog(page);
    this.requests = new RequestLog(page);
    page.on('dialog', (dialog) => {
      this.dialog = dialog;
      this.interrupt('dialog');
    });
    page.on('dialogclosed', (dialog) => {
      if (this.dialog === dialog) this.dialog = undefined;
    });
    if (!shared) page.on('filechooser', this.#onChooser);
    page.on('crash', () => {
      this.crashed = true;
      meter.add('sandlot.browser.crashes', 1, {});
      this.dialog = undefined;
      this.interrupt('crash');
    });
    page.on('close', () => this.interrupt('closed'));
    this.#followNavigation();
  }

  /** True while the main frame is on its way to another document. */
  get navigating(): boolean {
    return this.#navigation !== undefined;
  }

  /** Address of the page, cut where it is unreasonably long (data addresses). */
  get url(): string {
    return this.page.url().slice(0, 2_000);
  }

  /** Number of the document in the main frame. */
  get document(): number {
    return this.#documents;
  }

  /** Size of the visible part of the page. */
  async viewport(): Promise<{ width: number; height: number }> {
    return this.page.viewportSize() ?? (await this.page.evaluate(() => ({ width: innerWidth, height: innerHeight })));
  }

  /** The snapshot of this document that the caller knows, if it knows one. */
  get seenNow(): readonly string[] | undefined {
    return this.#seen?.document === this.#documents ? this.#seen.lines : undefined;
  }

  /** Remembers what the caller knows of this document. */
  saw(lines: readonly string[]): void {
    this.#seen = { document: this.#documents, lines };
  }

  /** In a shared browser: catches file choosers until it is disposed, and has the tab in front, where pages run at full speed. */
  async forAction(): Promise<Disposable> {
    const { page } = this;
    if (!this.#shared) return { [Symbol.dispose]: () => undefined };
    if (!this.dialog && (await page.evaluate(() => document.visibilityState).catch(() => 'visible')) === 'hidden')
      await page.bringToFront();
    page.on('filechooser', this.#onChooser);
    return { [Symbol.dispose]: () => void page.off('filechooser', this.#onChooser) };
  }

  /** Resolves when the main frame is at rest. */
  async navigated(): Promise<void> {
    while (this.#navigation) await new Promise<void>((resolve) => this.#landed.add(resolve));
  }

  /** Ends the wait of the running action. */
  interrupt(by: Interruption): void {
    if (by === 'download' || by === 'crash' || by === 'closed') this.#land();
    for (const tell of this.#interrupted) tell(by);
  }

  /** Hears of the first interruption of these kinds from now on, until it is disposed. */
  listen(kinds: readonly Interruption[]): { first: Promise<Interruption> } & Disposable {
    const { promise, resolve } = Promise.withResolvers<Interruption>();
    const tell = (by: Interruption) => void (kinds.includes(by) && resolve(by));
    this.#interrupted.add(tell);
    return { first: promise, [Symbol.dispose]: () => void this.#interrupted.delete(tell) };
  }

  /** Runs one piece of work after the other. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  #followNavigation(): void {
    const { page } = this;
    page.on('request', (request) => {
      if (!request.isNavigationRequest() || request.frame() !== page.mainFrame()) return;
      this.#navigation = request;
      this.chooser = undefined;
    });
    const ended = (request: Request) => void (request === this.#navigation && this.#land());
    page.on('requestfailed', ended);
    page.on('response', (response) => void (response.status() === 204 && ended(response.request())));
    page.on('domcontentloaded', () => this.#land());
    page.on('framenavigated', (frame) => void (frame === page.mainFrame() && this.#documents++));
  }

  #land(): void {
    this.#navigation = undefined;
    for (const wake of this.#landed) wake();
    this.#landed.clear();
  }
}
