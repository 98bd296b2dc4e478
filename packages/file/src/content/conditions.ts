/** Conditional requests and ranges, after RFC 9110 sections 13 and 14. */

/** The entity tag of a version. */
export function tagOf(version: string): string {
  return `"${version}"`;
}

/** Whether a list of entity tags, or `*`, names what is there. */
export function names(list: string, tag: string | undefined): boolean {
  if (tag === undefined) return false;
  return list.trim() === '*' || list.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}

/** What a request's conditions say: go on, nothing new (304), or not what was expected (412). */
export function judge(headers: Headers, tag: string | undefined): 'go' | 'unchanged' | 'failed' {
  const match = headers.get('if-match');
  if (match !== null && !names(match, tag)) return 'failed';
  const none = headers.get('if-none-match');
  return none !== null && names(none, tag) ? 'unchanged' : 'go';
}

/** Bytes from `start` up to, but not with, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The one range that a request asks for.
 *
 * @returns undefined for the whole, as for several ranges or another unit; `unsatisfiable` for one that begins past the end
 */
export function rangeOf(headers: Headers, size: number, tag: string): Range | 'unsatisfiable' | undefined {
  const wanted = /^bytes=(\d*)-(\d*)$/i.exec(headers.get('range')?.replaceAll(' ', '') ?? '');
  const [, first = '', last = ''] = wanted ?? [];
  if (first === '' && last === '') return undefined;
  const onlyIf = headers.get('if-range');
  if (onlyIf !== null && onlyIf !== tag) return undefined;
  if (first === '') return last === '0' || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - Number(last)), end: size };
  const start = Number(first);
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
