/** Ranges of pages, slides and sheets: `1-3,7`. */
import { ConvertError } from './errors.ts';

/**
 * Parses ranges.
 *
 * @param ranges `1-3,7,9-`; undefined means all
 * @param count how many there are
 * @param names names that may stand instead of numbers
 * @returns tells whether a number is in the ranges
 */
export function selectPages(ranges: string | undefined, count: number, names: readonly string[] = []): (number: number) => boolean {
  if (ranges === undefined || ranges.trim() === '') return () => true;
  const spans = ranges.split(',').map((raw) => {
    const part = raw.trim();
    const named = names.findIndex((name) => name.toLowerCase() === part.toLowerCase());
    if (named !== -1) return [named + 1, named + 1] as const;
    const [, from, dash, to] = /^(\d+)?\s*(-)?\s*(\d+)?$/.exec(part) ?? [];
    if (from === undefined && to === undefined)
      throw new ConvertError('invalid', `pages "${ranges}": "${part}" is not a range. Write it like "1-3,7".`);
    const first = Number(from ?? 1);
    const last = dash ? Number(to ?? count) : first;
    if (first < 1 || last < first) throw new ConvertError('invalid', `pages "${ranges}": the range "${part}" is empty.`);
    return [first, last] as const;
  });
  if (spans.every(([first]) => first > count)) throw new ConvertError('invalid', `pages "${ranges}": the document has only ${count}.`);
  return (number) => spans.some(([first, last]) => number >= first && number <= last);
}
