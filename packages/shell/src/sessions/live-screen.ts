/** The screen of a running terminal: drawn once somebody looks, or a program asks the terminal something. */
import type { Output } from './output.ts';
import { asksTerminal, Screen, type ScreenView } from './screen.ts';

/** Options of {@link LiveScreen}. */
export interface LiveScreenOptions {
  cols: number;
  rows: number;
  output: Output;
  /** Types what the terminal answers. */
  answer(text: string): void;
  /** Lets output come again after `onData` answered false. */
  resume(): void;
}

// Drawing more than this to begin with would take too long.
const historyBytes = 1024 * 1024;
const behindBytes = 256 * 1024;

/** The screen of one terminal. */
export class LiveScreen {
  readonly #options: LiveScreenOptions;
  #size: { cols: number; rows: number };
  #screen: Promise<Screen> | undefined;
  #behind = 0;

  constructor(options: LiveScreenOptions) {
    this.#options = options;
    this.#size = options;
  }

  /** Changes its size, after what was drawn before. */
  async resize(cols: number, rows: number): Promise<void> {
    this.#size = { cols, rows };
    (await this.#screen)?.resize(cols, rows);
  }

  /** New output came, and is in the output already; false when drawing is behind. */
  onData(chunk: Buffer): boolean {
    const screen = this.#screen ?? (asksTerminal(chunk) ? this.#start(chunk.length) : undefined);
    if (!screen) return true;
    this.#behind += chunk.length;
    this.#screen = screen.then(async (drawn) => {
      await drawn.write(chunk, true);
      const wasBehind = this.#behind >= behindBytes;
      this.#behind -= chunk.length;
      if (wasBehind && this.#behind < behindBytes) this.#options.resume();
      return drawn;
    });
    return this.#behind < behindBytes;
  }

  /** True while output is not drawn yet, and a question in it not answered. */
  get isBehind(): boolean {
    return this.#behind > 0;
  }

  /** The screen as it is. */
  async view(): Promise<ScreenView> {
    this.#screen ??= this.#start(0);
    return (await this.#screen).view();
  }

  /** Draws what was written so far, except for the last bytes. */
  async #start(except: number): Promise<Screen> {
    const { output } = this.#options;
    const to = output.total - except;
    const screen = await Screen.create(this.#size, (text) => this.#options.answer(text));
    await screen.write(await output.slice(Math.max(0, to - historyBytes), to), false);
    return screen;
  }
}
