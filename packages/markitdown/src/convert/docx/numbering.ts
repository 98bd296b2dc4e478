/** Numbering: which paragraphs are bullets, which are numbers, and which number comes next. */
import { child, children, type XmlElement } from '../xml/tree.ts';
import { value } from './styles.ts';

interface Level {
  readonly format: string;
  /** `%1.%2` */
  readonly text: string;
  readonly hasPicture: boolean;
  readonly start: number;
}

/** The number of one paragraph. */
export interface Numbered {
  readonly ordered: boolean;
  readonly number: number;
  /** The number as it is shown: `2.1`. Empty for bullets. */
  readonly label: string;
  /** A level whose mark is blank: its paragraphs go on with the item before them. */
  readonly isBlank: boolean;
}

/** The numbering of a document; counts along as paragraphs are read. */
export class Numbering {
  readonly #abstracts = new Map<string, XmlElement>();
  readonly #instances = new Map<string, { abstract: string; levels: Level[] }>();
  readonly #counters = new Map<string, number[]>();
  readonly #started = new Set<string>();
  readonly #overrides = new Set<string>();

  constructor(root: XmlElement | undefined) {
    const byStyle = new Map<string, string>();
    for (const element of children(root, 'w:abstractNum')) {
      const id = element.attributes['w:abstractNumId'] ?? '';
      this.#abstracts.set(id, element);
      const style = value(child(element, 'w:styleLink'));
      if (style !== undefined) byStyle.set(style, id);
    }
    for (const element of children(root, 'w:num')) this.#addInstance(element, byStyle);
  }

  /** Counts a paragraph. Undefined when it has no number after all. */
  next(id: string, level: number): Numbered | undefined {
    const instance = this.#instances.get(id);
    const definition = instance?.levels[level];
    if (!instance || !definition || definition.format === 'none') return undefined;
    const counters = this.#counters.get(instance.abstract) ?? [];
    this.#counters.set(instance.abstract, counters);
    const first = `${id}:${level}`;
    // An instance of its own with an override of the start begins anew the first time.
    if (!this.#started.has(first)) {
      this.#started.add(first);
      if (this.#overrides.has(first)) counters.length = Math.min(counters.length, level);
    }
    counters[level] = (counters[level] ?? definition.start - 1) + 1;
    counters.length = level + 1;
    for (let at = 0; at < level; at++) counters[at] ??= instance.levels[at]?.start ?? 1;
    const ordered = definition.format !== 'bullet';
    return {
      ordered,
      number: counters[level] ?? 1,
      label: ordered ? labelOf(instance.levels, level, counters) : '',
      isBlank: definition.text.trim() === '' && !definition.hasPicture,
    };
  }

  #addInstance(element: XmlElement, byStyle: ReadonlyMap<string, string>): void {
    const id = element.attributes['w:numId'] ?? '';
    const abstract = value(child(element, 'w:abstractNumId')) ?? '';
    let source = this.#abstracts.get(abstract);
    const linked = value(child(source, 'w:numStyleLink'));
    if (linked !== undefined) source = this.#abstracts.get(byStyle.get(linked) ?? '') ?? source;
    const levels: Level[] = [];
    for (const level of children(source, 'w:lvl')) levels[Number(level.attributes['w:ilvl'] ?? 0)] = readLevel(level);
    for (const override of children(element, 'w:lvlOverride')) {
      const at = Number(override.attributes['w:ilvl'] ?? 0);
      const replaced = child(override, 'w:lvl');
      if (replaced) levels[at] = readLevel(replaced);
      const start = value(child(override, 'w:startOverride'));
      const level = levels[at];
      if (start === undefined || !level) continue;
      levels[at] = { ...level, start: Number(start) };
      this.#overrides.add(`${id}:${at}`);
    }
    this.#instances.set(id, { abstract, levels });
  }
}

function readLevel(level: XmlElement): Level {
  return {
    format: value(child(level, 'w:numFmt')) ?? 'decimal',
    text: value(child(level, 'w:lvlText')) ?? '%1',
    hasPicture: child(level, 'w:lvlPicBulletId') !== undefined,
    start: Number(value(child(level, 'w:start')) ?? 1),
  };
}

function labelOf(levels: readonly (Level | undefined)[], level: number, counters: readonly (number | undefined)[]): string {
  return (levels[level]?.text ?? '')
    .replaceAll(/%(\d)/g, (_all, digit: string) =>
      formatNumber(counters[Number(digit) - 1] ?? 1, levels[Number(digit) - 1]?.format ?? 'decimal'),
    )
    .replace(/[.)\s]+$/, '');
}

/** A number in the format of Word. */
export function formatNumber(number: number, format: string): string {
  if (format === 'lowerLetter' || format === 'upperLetter') {
    const letter = String.fromCodePoint(97 + ((number - 1) % 26)).repeat(Math.min(10, Math.floor((number - 1) / 26) + 1));
    return format === 'upperLetter' ? letter.toUpperCase() : letter;
  }
  if (format === 'lowerRoman' || format === 'upperRoman') return format === 'upperRoman' ? roman(number) : roman(number).toLowerCase();
  return format === 'decimalZero' && number < 10 ? `0${number}` : String(number);
}

function roman(number: number): string {
  const steps: [number, string][] = [
    [1000, 'M'],
    [900, 'CM'],
    [500, 'D'],
    [400, 'CD'],
    [100, 'C'],
    [90, 'XC'],
    [50, 'L'],
    [40, 'XL'],
    [10, 'X'],
    [9, 'IX'],
    [5, 'V'],
    [4, 'IV'],
    [1, 'I'],
  ];
  let left = Math.min(Math.max(0, number), 4000);
  let result = '';
  for (const [step, letters] of steps) {
    while (left >= step) {
      result += letters;
      left -= step;
    }
  }
  return result;
}
