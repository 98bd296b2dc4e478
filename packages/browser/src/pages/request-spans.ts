/** Spans for what a page loads in the course of an action: the documents, and the first of what they ask for. */
import { isTracing } from '@sandlot/core/telemetry';
import { context, type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Page, Request } from 'playwright-core';

/** Most spans of one action. */
const most = 50;
const mostPathChars = 256;

/** Follows the requests of a page until it is disposed. What is still under way then ends as it is. */
export class RequestSpans implements Disposable {
  readonly #page: Page;
  readonly #parent: Context = context.active();
  readonly #open = new Map<Request, Span>();
  /** By frame and document, so that what a document asks for hangs below it. */
  readonly #documents = new Map<unknown, Context>();
  #count = 0;

  private constructor(page: Page) {
    this.#page = page;
    page.on('request', this.#begin);
    page.on('requestfinished', this.#finish);
    page.on('requestfailed', this.#fail);
  }

  /** Undefined when nobody takes spans. */
  static of(page: Page): RequestSpans | undefined {
    return isTracing() ? new RequestSpans(page) : undefined;
  }

  [Symbol.dispose](): void {
    this.#page.off('request', this.#begin);
    this.#page.off('requestfinished', this.#finish);
    this.#page.off('requestfailed', this.#fail);
    for (const span of this.#open.values()) span.end();
  }

  readonly #begin = (request: Request): void => {
    if (this.#count >= most) return;
    const url = toUrl(request.url());
    if (!url) return;
    this.#count++;
    const isDocument = request.isNavigationRequest();
    const frame = frameOf(request);
    const attributes = {
      'http.request.method': request.method(),
      'url.scheme': url.protocol.slice(0, -1),
      'server.address': url.hostname,
      'url.path': url.pathname.slice(0, mostPathChars),
      'sandlot.browser.resource': request.resourceType(),
    };
    const parent = isDocument ? this.#parent : (this.#documents.get(frame) ?? this.#parent);
    const name = isDocument ? 'browser.navigation' : 'browser.request';
    const span = trace.getTracer('sandlot').startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    if (isDocument) this.#documents.set(frame, trace.setSpan(this.#parent, span));
    this.#open.set(request, span);
  };

  readonly #finish = (request: Request): void => this.#end(request, () => undefined);

  readonly #fail = (request: Request): void => {
    const reason = /net::ERR_\w+/.exec(request.failure()?.errorText ?? '')?.[0] ?? '_OTHER';
    // What became a download, or was left for another page, has not failed.
    if (reason === 'net::ERR_ABORTED') return this.#finish(request);
    this.#end(request, (span) => span.setAttribute('error.type', reason).setStatus({ code: SpanStatusCode.ERROR, message: reason }));
  };

  #end(request: Request, describe: (span: Span) => void): void {
    const span = this.#open.get(request);
    if (!span) return;
    this.#open.delete(request);
    const status = request.existingResponse()?.status();
    if (status !== undefined) span.setAttribute('http.response.status_code', status);
    describe(span);
    span.end();
  }
}

/** Only what goes over a network. */
function toUrl(address: string): URL | undefined {
  const url = URL.parse(address);
  return url && /^(?:https?|wss?):$/.test(url.protocol) ? url : undefined;
}

/** Requests of service workers have no frame. */
function frameOf(request: Request): unknown {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}
