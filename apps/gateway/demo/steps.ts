/** Steps of a job: each in a span of its own, timed, checked and reported. */
import { deepEqual } from 'node:assert/strict';
import { withSpan } from '@sandlot/core/telemetry';

/** A step that is done. */
export interface StepReport {
  readonly name: string;
  readonly ms: number;
  /** What came of it. */
  readonly detail: string;
}

/** Options of {@link stepper}. */
export interface StepperOptions {
  report?: ((step: StepReport) => void) | undefined;
  /** Aborted: no further step begins. */
  signal?: AbortSignal | undefined;
}

/** Runs a step; gives its value. @throws Error with the step's name in front */
export type Step = <T = undefined>(name: string, work: () => Promise<{ value?: T; detail: string }>) => Promise<T>;

/** Makes the function that runs steps. */
export function stepper({ report, signal }: StepperOptions): Step {
  return async <T>(name: string, work: () => Promise<{ value?: T; detail: string }>) => {
    signal?.throwIfAborted();
    const start = performance.now();
    const { value, detail } = await withSpan(name, {}, work).catch((error: unknown) => {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    report?.({ name, ms: performance.now() - start, detail });
    return value as T;
  };
}

/** Checks that what came is what must come. @throws Error naming what differs, with the difference */
export function check(what: string, actual: unknown, expected: unknown): void {
  try {
    deepEqual(actual, expected);
  } catch (error) {
    throw new Error(`${what}. ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
