/** The spans of a trace as a tree. */
import type { ReceivedSpan } from '@sandlot/core/testing';

/** Finds the parents and children of spans. */
export class SpanTree {
  readonly #byId: ReadonlyMap<string, ReceivedSpan>;

  constructor(spans: readonly ReceivedSpan[]) {
    this.#byId = new Map(spans.map((span) => [span.spanId, span]));
  }

  /** Spans without a parent. */
  roots(): ReceivedSpan[] {
    return [...this.#byId.values()].filter(({ parentSpanId }) => parentSpanId === undefined);
  }

  /** Spans whose parent never came. */
  orphans(): ReceivedSpan[] {
    return [...this.#byId.values()].filter(({ parentSpanId }) => parentSpanId !== undefined && !this.#byId.has(parentSpanId));
  }

  children({ spanId }: ReceivedSpan): ReceivedSpan[] {
    return [...this.#byId.values()].filter(({ parentSpanId }) => parentSpanId === spanId);
  }

  parent({ parentSpanId }: ReceivedSpan): ReceivedSpan | undefined {
    return parentSpanId === undefined ? undefined : this.#byId.get(parentSpanId);
  }

  /** The span and all above it, from the root down. */
  path(span: ReceivedSpan): ReceivedSpan[] {
    const parent = this.parent(span);
    return [...(parent ? this.path(parent) : []), span];
  }
}
