/** What the browser server has to reach. */

/** Most that a measure may be; `least` where more is better. */
const goals: readonly (readonly [measure: RegExp, limit: { most: number } | { least: number }])[] = [
  [/^spawn to initialize/, { most: 150 }],
  [/^spawn to first navigate/, { most: 960 }],
  [/^tools\/list/, { most: 12_000 }],
  [/memory after the first page/, { most: 130 }],
  [/memory after all pages/, { most: 200 }],
  [/^form: click, ms/, { most: 120 }],
  [/effect in the answer/, { least: 90 }],
  [/act and see, calls/, { most: 1 }],
  [/act and see, characters/, { most: 1_500 }],
  [/snapshot, characters/, { most: 40_000 }],
];

/** The goals that `name` missed, as sentences. */
export function missedGoals(table: ReadonlyMap<string, ReadonlyMap<string, number>>, name: string): string[] {
  return [...table].flatMap(([measure, row]) => {
    const value = row.get(name);
    const limit = goals.find(([pattern]) => pattern.test(measure))?.[1];
    if (limit === undefined) return [];
    if (value === undefined) return [`${measure}: not measured`];
    if ('most' in limit) return value <= limit.most ? [] : [`${measure}: ${Math.round(value)}, at most ${limit.most}`];
    return value >= limit.least ? [] : [`${measure}: ${Math.round(value)}, at least ${limit.least}`];
  });
}
