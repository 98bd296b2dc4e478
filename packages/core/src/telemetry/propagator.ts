/** The W3C propagators of the SDK, for both headers; baggage costs only those who have it. */
import { type Context, propagation, type TextMapGetter, type TextMapPropagator, type TextMapSetter } from '@opentelemetry/api';
import { W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';

/** Trace context and baggage: https://www.w3.org/TR/trace-context/, https://www.w3.org/TR/baggage/. */
export class W3CPropagator implements TextMapPropagator {
  readonly #trace = new W3CTraceContextPropagator();
  readonly #baggage = new W3CBaggagePropagator();

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    this.#trace.inject(context, carrier, setter);
    if (propagation.getBaggage(context)) this.#baggage.inject(context, carrier, setter);
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const traced = this.#trace.extract(context, carrier, getter);
    return getter.get(carrier, 'baggage') === undefined ? traced : this.#baggage.extract(traced, carrier, getter);
  }

  fields(): string[] {
    return [...this.#trace.fields(), ...this.#baggage.fields()];
  }
}
