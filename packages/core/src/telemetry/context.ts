/** Contexts as a chain. The API's own ones copy a map and make three functions each time that a span becomes the active one. */
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

class ChainedContext implements Context {
  readonly #key: symbol | undefined;
  readonly #value: unknown;
  readonly #parent: Context;

  constructor(parent: Context, key?: symbol, value?: unknown) {
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#parent.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new ChainedContext(this, key, value);
  }

  deleteValue(key: symbol): Context {
    return new ChainedContext(this, key);
  }
}

const root = new ChainedContext(ROOT_CONTEXT);

/** Keeps the active context along asynchronous calls. */
export class ChainedContextManager extends AsyncLocalStorageContextManager {
  override active(): Context {
    const found = super.active();
    return found === ROOT_CONTEXT ? root : found;
  }
}
