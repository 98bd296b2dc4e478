/** Collects numbers by measure and target, and prints their medians as a Markdown table. */

/** Numbers by measure and target. */
export class Table {
  readonly #rows = new Map<string, Map<string, number[]>>();

  /** Adds one number. */
  note(measure: string, target: string, value: number): void {
    const row = this.#rows.get(measure) ?? new Map<string, number[]>();
    this.#rows.set(measure, row.set(target, [...(row.get(target) ?? []), value]));
  }

  /** Adds the time that some work takes, in milliseconds; not a number when it fails, and then it is not tried again. */
  async time(measure: string, target: string, work: () => Promise<unknown>): Promise<void> {
    if (this.#rows.get(measure)?.get(target)?.some(Number.isNaN)) return;
    const from = performance.now();
    const ms = await work().then(
      () => performance.now() - from,
      () => Number.NaN,
    );
    this.note(measure, target, ms);
  }

  /** The median; not a number when nothing was measured or one attempt failed. */
  median(measure: string, target: string): number {
    const numbers = this.#rows.get(measure)?.get(target) ?? [];
    if (numbers.some(Number.isNaN)) return Number.NaN;
    return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
  }

  /** Prints one row a measure. */
  toMarkdown(targets: readonly string[]): string {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const cell = (measure: string, target: string) => {
      const value = this.median(measure, target);
      if (!this.#rows.get(measure)?.has(target)) return '';
      return Number.isNaN(value) ? 'failed' : value.toFixed(value < 100 ? 1 : 0);
    };
    return [
      line(['', ...targets]),
      line(['---', ...targets.map(() => '---:')]),
      ...[...this.#rows.keys()].map((measure) => line([measure, ...targets.map((target) => cell(measure, target))])),
    ].join('\n');
  }
}
