/** How many long answers of one server may be collected at once; the others wait until one is complete. */

/** An answer up to this length needs no turn, in bytes. */
const freeBytes = 256 * 1024;
const mostTurns = 2;

/** The turns of one server. Without them a server that answers many calls at length would fill the memory of all. */
export class AnswerRoom {
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** A place for one stream of answers. */
  place(): AnswerPlace {
    return new AnswerPlace(
      () => this.#take(),
      () => this.#give(),
    );
  }

  #take(): Promise<void> | undefined {
    if (this.#taken < mostTurns) return void this.#taken++;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken--;
  }
}

/** Holds a turn while an answer is long. */
export class AnswerPlace {
  readonly #take: () => Promise<void> | undefined;
  readonly #give: () => void;
  #state: 'none' | 'waiting' | 'held' = 'none';
  #isOver = false;

  constructor(take: () => Promise<void> | undefined, give: () => void) {
    this.#take = take;
    this.#give = give;
  }

  /** Told how long the answer is by now, in bytes; waits for a turn when it has become long. */
  grown(bytes: number): Promise<void> | undefined {
    if (bytes <= freeBytes) return this.#leave();
    if (this.#state !== 'none') return undefined;
    const turn = this.#take();
    this.#state = turn ? 'waiting' : 'held';
    return turn?.then(() => {
      this.#state = 'held';
      if (this.#isOver) this.#leave();
    });
  }

  /** The stream is over. */
  end(): void {
    this.#isOver = true;
    this.#leave();
  }

  #leave(): undefined {
    if (this.#state !== 'held') return;
    this.#state = 'none';
    this.#give();
  }
}
