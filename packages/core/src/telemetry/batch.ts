/** Sends spans in batches: bounded in number, one request at a time, and never in the way of a call. */
import { followClock } from './clock.ts';
import type { BatchLimits } from './limits.ts';
import type { Recorder } from './recorder.ts';
import { errorTypeOf } from './span.ts';

/** Sends an OTLP/JSON export request. A rejection loses it. */
export type Send = (request: string) => Promise<void>;

/** A place where spans go. */
export class SpanBatch {
  readonly #send: Send;
  readonly #limits: BatchLimits;
  readonly #head: string;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  readonly #recorder: Recorder | undefined;
  #dropped = 0;

  /**
   * @param resource OTLP attributes of this process, as JSON
   * @param recorder counts what was sent, dropped and lost
   */
  constructor(resource: string, limits: BatchLimits, send: Send, recorder?: Recorder) {
    this.#head = `{"resourceSpans":[{"resource":{"attributes":${resource}},"scopeSpans":[{"scope":{"name":"sandlot"},"spans":[`;
    this.#limits = limits;
    this.#send = send;
    this.#recorder = recorder;
    recorder?.onLook(() => this.#tellDropped());
  }

  /** Takes a span as JSON. A full queue drops it: spans must not fill the memory because a collector is slow. */
  add(span: string): void {
    if (this.#waiting.length >= this.#limits.queue) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(span);
    this.#soon();
  }

  /** Sends what waits, whatever it takes. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#sending || this.#waiting.length > 0) await this.#next();
  }

  /** A full batch goes at once, what else waits within the delay. */
  #soon(): void {
    if (this.#waiting.length >= this.#limits.batch) void this.#next();
    if (this.#waiting.length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#next();
    }, this.#limits.delayMs).unref();
  }

  /** Sends a batch. What came while it was under way, and perhaps was due, is seen to after it. */
  #next(): Promise<void> {
    this.#sending ??= this.#sendOne().finally(() => {
      this.#sending = undefined;
      this.#soon();
    });
    return this.#sending;
  }

  async #sendOne(): Promise<void> {
    const spans = this.#waiting.splice(0, this.#limits.batch);
    if (spans.length === 0) return;
    followClock();
    this.#recorder?.add('otel.sdk.processor.span.processed', spans.length, {});
    const labels: { 'error.type'?: string } = {};
    try {
      await this.#send(`${this.#head}${spans.join(',')}]}]}]}`);
    } catch (error) {
      // A collector that is down must not trouble the product.
      labels['error.type'] = errorTypeOf(error);
    }
    this.#recorder?.add('otel.sdk.exporter.span.exported', spans.length, labels);
  }

  #tellDropped(): void {
    if (this.#dropped === 0) return;
    this.#recorder?.add('otel.sdk.processor.span.processed', this.#dropped, { 'error.type': 'queue_full' });
    this.#dropped = 0;
  }
}
