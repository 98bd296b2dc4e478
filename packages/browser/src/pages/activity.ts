/** Follows the requests of one page: which are open, and which of them an action should wait for. */
import type { Page, Request } from 'playwright-core';

/** Kinds of requests whose answer can change what the page shows. */
const awaited: ReadonlySet<string> = new Set(['document', 'stylesheet', 'script', 'xhr', 'fetch']);

export class Activity {
  readonly #open = new Map<Request, number>();
  readonly #waiting = new Set<() => void>();
  #count = 0;

  constructor(page: Page) {
    page.on('request', (request) => {
      this.#count++;
      if (awaited.has(request.resourceType())) this.#open.set(request, this.#count);
    });
    page.on('requestfinished', (request) => this.#end(request));
    page.on('requestfailed', (request) => this.#end(request));
    // An answer without a body may never be reported as finished.
    page.on('response', (response) => {
      if (response.status() === 204 || response.status() === 205 || response.status() === 304) this.#end(response.request());
    });
    page.on('framedetached', (frame) => {
      for (const request of this.#open.keys()) if (!request.serviceWorker() && frameOf(request) === frame) this.#end(request);
    });
  }

  /** A mark in time: requests that start later are newer than it. */
  mark(): number {
    return this.#count;
  }

  /** Open requests that started after the mark; older ones (polling, streams) are not the action's. */
  openSince(mark: number): number {
    let open = 0;
    for (const started of this.#open.values()) if (started > mark) open++;
    return open;
  }

  /** Resolves when none of the requests that started after the mark is open. */
  async idleSince(mark: number): Promise<void> {
    while (this.openSince(mark) > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #end(request: Request): void {
    if (!this.#open.delete(request)) return;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function frameOf(request: Request): unknown {
  try {
    return request.frame();
  } catch {
    // A navigation that has no frame yet.
    return undefined;
  }
}
