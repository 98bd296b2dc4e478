/** Flags as options of the library. */
import type { ConvertOptions } from '../convert/options.ts';
import type { CommandFlags } from './arguments.ts';

/** A wrong value of a flag. */
export class UsageError extends Error {}

/** Translates flags. @throws UsageError naming the flag and its value */
export function toOptions(flags: CommandFlags): ConvertOptions {
  const images = flags.images !== undefined ? ('save' as const) : flags['keep-data-uris'] ? ('data' as const) : undefined;
  return defined({
    hints: defined({ extension: flags.extension, mimetype: flags['mime-type'], charset: flags.charset, url: flags.url }),
    pages: flags.pages,
    section: flags.section,
    maxChars: count('--max-chars', flags['max-chars']),
    offset: count('--offset', flags.offset),
    content: flags.main ? ('main' as const) : undefined,
    images,
    imageFolder: flags.images,
    tables: choice('--tables', flags.tables, ['gfm', 'html', 'auto'] as const),
    links: choice('--links', flags.links, ['keep', 'absolute', 'text'] as const),
    trackChanges: choice('--track-changes', flags['track-changes'], ['accept', 'reject', 'mark'] as const),
    comments: flags['no-comments'] ? false : undefined,
    notes: flags['no-notes'] ? false : undefined,
    headersFooters: flags['headers-footers'],
    formulas: flags.formulas,
    hidden: flags.hidden,
    pageMarkers: flags['page-markers'],
    password: flags.password,
    ocr: choice('--ocr', flags.ocr, ['off', 'auto', 'force'] as const),
    ocrLanguages: flags['ocr-languages']?.split(/[,+]/),
    limits: defined({ timeMs: count('--timeout-ms', flags['timeout-ms']) }),
  });
}

/** A count of a flag. */
export function count(flag: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d+$/.test(given)) throw new UsageError(`${flag} "${given}": expected a number.`);
  return Number(given);
}

function choice<T extends string>(flag: string, given: string | undefined, known: readonly T[]): T | undefined {
  if (given === undefined) return undefined;
  const found = known.find((one) => one === given);
  if (found === undefined) throw new UsageError(`${flag} "${given}": expected ${known.join(', ')}.`);
  return found;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
