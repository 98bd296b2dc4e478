/** Collects measurements by name and server, and prints their medians. */

/** What a measure must keep to. */
export type Goal =
  | { readonly kind: 'best' }
  | { readonly kind: 'below'; readonly most: number }
  | { readonly kind: 'over'; readonly base: string; readonly ms: number };

/** Measurements. */
export class Table {
  readonly #rows = new Map<string, { goals: readonly Goal[]; values: Map<string, number[]> }>();

  note(measure: string, target: string, value: number, goals: readonly Goal[] = [{ kind: 'best' }]): void {
    const row = this.#rows.get(measure) ?? { goals, values: new Map<string, number[]>() };
    this.#rows.set(measure, row);
    row.values.set(target, [...(row.values.get(target) ?? []), value]);
  }

  async time(measure: string, target: string, work: () => Promise<unknown>, goals?: readonly Goal[]): Promise<void> {
    const from = performance.now();
    await work();
    this.note(measure, target, performance.now() - from, goals);
  }

  /** Prints medians, and the ratio of ours to the best other; gives the goals that were missed. */
  print(own: string, peers: readonly string[]): string[] {
    const missed: string[] = [];
    for (const [measure, { goals, values }] of this.#rows) {
      const medians = new Map([...values].map(([name, list]) => [name, median(list)]));
      const ours = medians.get(own) ?? Number.NaN;
      const best = Math.min(...peers.map((name) => medians.get(name) ?? Number.POSITIVE_INFINITY));
      const ratio = Number.isFinite(best) ? `  ${(ours / best).toFixed(2)} of the best` : '';
      const cells = [...medians].map(([name, value]) => `${name} ${value.toFixed(1)}`.padEnd(26));
      const failed = goals.flatMap((goal) => miss(goal, ours, best, medians));
      console.log(`${measure.padEnd(34)} ${cells.join('')}${ratio}${failed.length > 0 ? `  MISSED: ${failed.join(', ')}` : ''}`);
      missed.push(...failed.map((what) => `${measure}: ${what}`));
    }
    return missed;
  }
}

function miss(goal: Goal, ours: number, best: number, medians: ReadonlyMap<string, number>): string[] {
  if (goal.kind === 'best') return ours <= best ? [] : ['above the best other'];
  if (goal.kind === 'below') return ours < goal.most ? [] : [`not below ${goal.most}`];
  const base = medians.get(goal.base) ?? Number.NaN;
  return ours <= base + goal.ms ? [] : [`over ${goal.base} + ${goal.ms}`];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
