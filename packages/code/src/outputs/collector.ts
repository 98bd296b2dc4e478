/** Gathers what a cell shows: in order, bounded, with all of its text in a file when it is long. */
import type { CellEvent, MimeBundle } from '../contexts/kernel.ts';
import type { OutputFile } from './output-file.ts';

/** One thing that a cell showed. */
export type Shown =
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; text: string }
  | { readonly type: 'display'; data: MimeBundle; readonly displayId: string | undefined }
  | { readonly type: 'result'; readonly data: MimeBundle }
  | { readonly type: 'error'; readonly name: string; readonly message: string; readonly traceback: string }
  /** Stands where text was left out. */
  | { readonly type: 'omitted'; chars: number }
  /** Stands for what is not a stream and was too much. */
  | { readonly type: 'hidden'; readonly count: number };

/** Options of {@link Collector}. */
export interface CollectorOptions {
  /** Most characters of streams that are kept for the answer. */
  readonly maxChars: number;
  /** Gets all of the streams. */
  readonly file: OutputFile;
}

const mostDisplays = 100;
/** Results and errors: a cell has one of them as a rule. */
const mostOthers = 100;
const mostChars = 64 * 1024 * 1024;

/** What one cell showed. */
export class Collector {
  readonly #options: CollectorOptions;
  #head: Shown[] = [];
  /** The end of the streams, once the head is full. */
  #tail: Extract<Shown, { type: 'stream' }>[] = [];
  #headChars = 0;
  #tailChars = 0;
  #omitted: Extract<Shown, { type: 'omitted' }> | undefined;
  #clearNext = false;
  #displays = 0;
  #others = 0;
  /** Characters of what is not a stream. */
  #shownChars = 0;
  #hidden = 0;
  /** Characters of streams so far. */
  chars = 0;
  /** The last line that was written. */
  lastLine = '';

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Takes one event. */
  add(event: CellEvent): void {
    if (event.type === 'clear') {
      this.#clearNext = true;
      return;
    }
    if (this.#clearNext) this.#clear();
    if (event.type === 'stream') this.#addText(event.name, event.text);
    else if (event.type === 'display') this.#addDisplay(event);
    else this.#push(event.type === 'result' ? { type: 'result', data: event.data } : event);
  }

  /** Everything in order; the middle of long streams is left out. */
  get shown(): readonly Shown[] {
    return [...this.#head, ...this.#tail, ...(this.#hidden > 0 ? [{ type: 'hidden' as const, count: this.#hidden }] : [])];
  }

  /** Characters of streams that are left out of {@link shown}. */
  get omittedChars(): number {
    return this.#omitted?.chars ?? 0;
  }

  #clear(): void {
    this.#head = [];
    this.#tail = [];
    this.#headChars = 0;
    this.#tailChars = 0;
    this.#omitted = undefined;
    this.#clearNext = false;
    this.#displays = 0;
    this.#others = 0;
    this.#shownChars = 0;
  }

  #addText(name: 'stdout' | 'stderr', text: string): void {
    this.chars += text.length;
    this.lastLine =
      text
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1) || this.lastLine;
    this.#options.file.append(text);
    const half = Math.floor(this.#options.maxChars / 2);
    const first = text.slice(0, Math.max(0, half - this.#headChars));
    if (first !== '') {
      this.#headChars += first.length;
      append(this.#head, name, first);
    }
    const rest = text.slice(first.length);
    if (rest === '') return;
    append(this.#tail, name, rest);
    this.#tailChars += rest.length;
    this.#shorten(half);
  }

  #shorten(most: number): void {
    while (this.#tailChars > most) {
      const [oldest] = this.#tail;
      if (!oldest) return;
      const cut = Math.min(oldest.text.length, this.#tailChars - most);
      if (!this.#omitted) {
        this.#omitted = { type: 'omitted', chars: 0 };
        this.#head.push(this.#omitted);
      }
      this.#omitted.chars += cut;
      this.#tailChars -= cut;
      oldest.text = oldest.text.slice(cut);
      if (oldest.text === '') this.#tail.shift();
    }
  }

  #addDisplay({ data, displayId, update }: Extract<CellEvent, { type: 'display' }>): void {
    if (update) {
      const known = this.#head.find((shown) => shown.type === 'display' && shown.displayId === displayId);
      if (known?.type === 'display' && this.#fits(data)) known.data = data;
      return;
    }
    this.#push({ type: 'display', data, displayId });
  }

  #fits(data: MimeBundle): boolean {
    const chars = this.#shownChars + sizeOf(data);
    if (chars > mostChars) return false;
    this.#shownChars = chars;
    return true;
  }

  #push(shown: Exclude<Shown, { type: 'stream' | 'omitted' | 'hidden' }>): void {
    const isDisplay = shown.type === 'display';
    const isRoom = isDisplay ? this.#displays < mostDisplays : this.#others < mostOthers;
    if (!isRoom || !this.#fits(shown.type === 'error' ? { shown } : shown.data)) {
      this.#hidden++;
      return;
    }
    if (isDisplay) this.#displays++;
    else this.#others++;
    // What is shown after a stream that is too long stands behind its end.
    if (this.#tail.length > 0) {
      this.#head.push(...this.#tail);
      this.#tail = [];
      this.#tailChars = 0;
    }
    this.#head.push(shown);
  }
}

/** About the characters of what a value brings. */
function sizeOf(data: MimeBundle): number {
  const sizes = Object.values(data).map((value) => (typeof value === 'string' ? value.length : (JSON.stringify(value)?.length ?? 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function append(list: Shown[], name: 'stdout' | 'stderr', text: string): void {
  const last = list.at(-1);
  if (last?.type === 'stream' && last.name === name) last.text += text;
  else list.push({ type: 'stream', name, text });
}
