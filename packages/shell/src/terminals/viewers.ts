/** Counts who looks at terminals, so that those that nobody comes back to end. */
import type { Command } from '../sessions/command.ts';

/** The viewers of the terminals that were opened to be looked at. */
export class Viewers {
  readonly #keepMs: number;
  readonly #counts = new Map<Command, number>();
  readonly #timers = new Map<Command, NodeJS.Timeout>();

  /** @param keepMs how long a terminal without viewers is kept, in milliseconds; 0 keeps it until it ends */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** Takes a terminal that was just opened. */
  add(command: Command): void {
    this.#counts.set(command, 0);
    this.#arm(command);
    void command.finished.then(() => {
      clearTimeout(this.#timers.get(command));
      this.#timers.delete(command);
      this.#counts.delete(command);
    });
  }

  /** Counts a viewer until it is disposed. A terminal that an agent runs is not counted: it ends when the agent says so. */
  watch(command: Command): Disposable {
    this.#count(command, 1);
    return { [Symbol.dispose]: () => this.#count(command, -1) };
  }

  #count(command: Command, by: number): void {
    const before = this.#counts.get(command);
    if (before === undefined) return;
    this.#counts.set(command, before + by);
    this.#arm(command);
  }

  #arm(command: Command): void {
    clearTimeout(this.#timers.get(command));
    if (this.#keepMs === 0 || this.#counts.get(command) !== 0) return;
    this.#timers.set(
      command,
      setTimeout(() => void command.end('SIGHUP'), this.#keepMs),
    );
  }
}
