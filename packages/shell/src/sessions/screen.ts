/** What a person would see in a terminal. The emulator is loaded for the first terminal that needs it. */
import type { Terminal } from '@xterm/headless';

/** A terminal's screen as text. */
export interface ScreenView {
  /** The rows, without the blank ones at the end. */
  text: string;
  /** Where the cursor is, from 1. */
  row: number;
  column: number;
  title: string;
  /** True in the second screen that editors and pagers use. */
  alternate: boolean;
}

/** The screen of one terminal. */
export class Screen {
  readonly #terminal: Terminal;
  #title = '';
  #answering = false;

  private constructor(terminal: Terminal, answer: (text: string) => void) {
    this.#terminal = terminal;
    terminal.onTitleChange((title) => {
      this.#title = title;
    });
    terminal.onData((text) => {
      if (this.#answering) answer(text);
    });
  }

  /**
   * Makes a screen.
   *
   * @param answer gets what the terminal says to a program that asks, for example where the cursor is
   */
  static async create(size: { cols: number; rows: number }, answer: (text: string) => void): Promise<Screen> {
    // A CommonJS module; its named exports are not seen from here.
    const { default: xterm } = await import('@xterm/headless');
    return new Screen(new xterm.Terminal({ cols: size.cols, rows: size.rows, scrollback: 0, allowProposedApi: true }), answer);
  }

  /** Draws output; asks in it are answered only when they are new. */
  async write(bytes: Uint8Array, answering: boolean): Promise<void> {
    this.#answering = answering;
    await new Promise<void>((resolve) => this.#terminal.write(bytes, resolve));
  }

  /** Changes its size. */
  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
  }

  /** The screen as it is. */
  view(): ScreenView {
    const { active, alternate } = this.#terminal.buffer;
    const rows = Array.from(
      { length: this.#terminal.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? '',
    );
    return {
      text: rows.join('\n').trimEnd(),
      row: active.cursorY + 1,
      column: active.cursorX + 1,
      title: this.#title,
      alternate: active.type === alternate.type,
    };
  }
}

// Cursor position and device status, device attributes, modes, colours, terminfo.
// oxlint-disable-next-line no-control-regex
const question = /\u001b(?:\[[>=?]?[\d;]*(?:c|n|\$p)|\][\d;]+;?\?|P[+$]q)/;

/** True when a program asks the terminal something and may wait for the answer. */
export function asksTerminal(chunk: Buffer): boolean {
  return question.test(chunk.toString('latin1'));
}
