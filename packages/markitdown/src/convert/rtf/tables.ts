/** The tables at the start of an RTF file: fonts, styles, lists. */

/** What the style sheet says of a style. */
export interface RtfStyle {
  readonly name: string;
  readonly outline: number | undefined;
}

/** One level of a list. */
export interface RtfLevel {
  /** 23 is a bullet, 255 nothing. */
  format: number;
  start: number;
}

/** Collects what the tables say while the file is read. */
export class RtfTables {
  readonly encodings = new Map<number, string>();
  /** Fonts whose letters are equally wide. */
  readonly monospaced = new Set<number>();
  readonly styles = new Map<number, RtfStyle>();
  readonly #lists = new Map<number, RtfLevel[]>();
  readonly #overrides = new Map<number, number>();
  readonly #counters = new Map<string, number>();
  levels: RtfLevel[] = [];
  override: { list: number; id: number } = { list: 0, id: 0 };

  /** Ends the definition of a list. */
  addList(id: number): void {
    this.#lists.set(id, this.levels);
  }

  /** Ends the definition of a list's use. */
  addOverride(): void {
    this.#overrides.set(this.override.id, this.override.list);
  }

  /** Reads a word of a list's level. */
  level(word: string, value: number | undefined): void {
    if (word === 'listlevel') this.levels.push({ format: 0, start: 1 });
    const last = this.levels.at(-1);
    if (!last) return;
    if (word === 'levelstartat') last.start = value ?? 1;
    else if (word === 'levelnfc' || word === 'levelnfcn') last.format = value ?? 0;
  }

  /** Counts the next item of a list. */
  next(list: number, level: number): { level: number; ordered: boolean; number: number } {
    const format = this.#lists.get(this.#overrides.get(list) ?? list)?.[level];
    if (list === -1 || format?.format === 23 || format?.format === 255) return { level, ordered: false, number: 1 };
    const key = `${list} ${level}`;
    const number = (this.#counters.get(key) ?? (format?.start ?? 1) - 1) + 1;
    this.#counters.set(key, number);
    for (let below = level + 1; below < 9; below++) this.#counters.delete(`${list} ${below}`);
    return { level, ordered: true, number };
  }
}
