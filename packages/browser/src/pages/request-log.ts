/** The requests of a page, numbered, so that one can be looked at later. */
import type { Page, Request } from 'playwright-core';

/** A request and its number. */
export interface LoggedRequest {
  readonly index: number;
  readonly request: Request;
  failed: boolean;
}

const kept = 500;
const staticKinds: ReadonlySet<string> = new Set(['image', 'font', 'script', 'stylesheet', 'media', 'manifest']);

export class RequestLog {
  readonly #entries = new Map<Request, LoggedRequest>();
  #count = 0;

  constructor(page: Page) {
    page.on('request', (request) => {
      this.#entries.set(request, { index: ++this.#count, request, failed: false });
      const oldest = this.#entries.size > kept ? this.#entries.keys().next().value : undefined;
      if (oldest) this.#entries.delete(oldest);
    });
    page.on('requestfailed', (request) => {
      const entry = this.#entries.get(request);
      if (entry) entry.failed = true;
    });
  }

  /** Requests in order; without `withStatic` only those that are not pictures, fonts, scripts and styles, or that failed. */
  list(withStatic: boolean): LoggedRequest[] {
    return [...this.#entries.values()].filter(({ request, failed }) => withStatic || failed || !staticKinds.has(request.resourceType()));
  }

  /** The request with this number. */
  find(index: number): LoggedRequest | undefined {
    return this.list(true).find((entry) => entry.index === index);
  }
}
