/** Runs cells in this process: by the engine's own REPL mode, in which `let` and `const` can be declared again and `await` works. */
import type inspector from 'node:inspector';
import process from 'node:process';
import type { CellGlobals } from './globals.ts';
import { meterOutput } from './meter.ts';
import { prepare } from './prepare.ts';
import { send } from './send.ts';
import { toBundle, toFailure } from './to-bundle.ts';
import { toScript } from './transform.ts';
import { TypeScript } from './typescript.ts';

type Remote = inspector.Runtime.RemoteObject;

/** Runs one cell at a time. */
export class Evaluator {
  readonly #session: inspector.Session;
  readonly #globals: CellGlobals;
  readonly #whenIdle: () => Promise<void>;
  readonly #meter = meterOutput();
  readonly #typescript = new TypeScript();
  readonly #shower: string;
  #count = 0;
  /** The cell that runs. */
  #cell: string | undefined;

  /**
   * @param session connected to this thread
   * @param whenIdle settles when nothing is left that a script waits for
   */
  constructor(session: inspector.Session, globals: CellGlobals, whenIdle: () => Promise<void>) {
    this.#session = session;
    this.#globals = globals;
    this.#whenIdle = whenIdle;
    this.#shower = this.#handle({
      result: (value: unknown) => {
        const data = toBundle(value);
        if (data) send({ event: 'result', data });
      },
      error: (error: unknown, where: string) => this.#fail(error, where),
    });
  }

  /** Runs a cell: see the message `run` in ../node-kernel.ts. */
  async run(message: Readonly<Record<string, unknown>>): Promise<void> {
    const id = String(message['cell']);
    this.#cell = id;
    this.#count++;
    send({ event: 'begin' });
    const lateDropped = this.#meter.begin(Number(message['outputChars']));
    let restore = () => {};
    // A script may end its process; that is no death.
    if (message['fresh'] === true) process.once('exit', (code) => this.#finish(code === 0 ? 'ok' : 'error', lateDropped));
    let failed = false;
    try {
      restore = prepare(message);
      this.#globals.useFolder();
      failed = await this.#evaluate(String(message['code']), message['typescript'] === true);
    } catch (error) {
      failed = true;
      if (this.#cell === id) this.#fail(error);
    }
    restore();
    if (this.#cell !== id) return;
    // A script is not over while it waits for something.
    if (message['fresh'] === true && !failed) await this.#whenIdle();
    this.#finish(failed ? 'error' : 'ok', lateDropped);
  }

  /** Gives the running cell up. What it waits for goes on, unseen. */
  interrupt(): void {
    if (this.#cell === undefined) return;
    send({
      event: 'error',
      name: 'Interrupted',
      message: 'The cell was interrupted.',
      traceback: 'Interrupted: the cell was interrupted.',
    });
    this.#finish('error');
  }

  /** An error that no cell could catch. */
  uncaught(error: unknown): void {
    process.stderr.write(`Uncaught ${this.#typescript.toSource(toFailure(error).traceback)}\n`);
  }

  #fail(error: unknown, where?: string): void {
    const failure = toFailure(error, where);
    send({ event: 'error', ...failure, traceback: this.#typescript.toSource(failure.traceback) });
  }

  #finish(status: 'ok' | 'error', lateDropped = 0): void {
    if (this.#cell === undefined) return;
    this.#cell = undefined;
    const dropped = this.#meter.end();
    send({ event: 'end', status, count: this.#count, dropped, lateDropped, cwd: folder() });
  }

  async #evaluate(code: string, typescript: boolean): Promise<boolean> {
    const cell = this.#cell;
    const name = `cell_${this.#count}.${typescript ? 'ts' : 'js'}`;
    const script = toScript(typescript ? this.#typescript.strip(code, name) : code, this.#globals.names);
    const expression = `${script}\n//# sourceURL=${name}`;
    const answer = await new Promise<object | undefined>((resolve) => {
      // An error means that the engine was told to stop.
      this.#session.post('Runtime.evaluate', { expression, replMode: true, awaitPromise: true, objectGroup: 'cell' }, (error, value) =>
        resolve(error ? undefined : value),
      );
    });
    if (!isEvaluated(answer)) {
      this.interrupt();
      return true;
    }
    const { result, exceptionDetails: thrown } = answer;
    let unshown: inspector.Runtime.ExceptionDetails | undefined;
    if (this.#cell === cell) {
      if (thrown) this.#show('error', thrown.exception ?? {}, placeOf(thrown, name));
      else unshown = this.#show('result', result);
      if (unshown) this.#show('error', unshown.exception ?? {});
    }
    this.#session.post('Runtime.releaseObjectGroup', { objectGroup: 'cell' });
    return thrown !== undefined || unshown !== undefined;
  }

  /** Hands a value that the inspector holds to our own function. Returns what that threw: a value may bring its own code to show it. */
  #show(
    what: 'result' | 'error',
    { objectId, value, unserializableValue }: Partial<Remote>,
    where = '',
  ): inspector.Runtime.ExceptionDetails | undefined {
    let thrown: inspector.Runtime.ExceptionDetails | undefined;
    const argument = objectId ? { objectId } : unserializableValue ? { unserializableValue } : { value: value as unknown };
    const call = {
      objectId: this.#shower,
      functionDeclaration: `function (value, where) { this.${what}(value, where); }`,
      arguments: [argument, { value: where }],
      silent: true,
    };
    // A session in the same thread answers at once.
    this.#session.post('Runtime.callFunctionOn', call, (error, answer) => {
      thrown = !error && isEvaluated(answer) ? answer.exceptionDetails : undefined;
    });
    return thrown;
  }

  #handle(object: object): string {
    const key = Symbol.for('sandlot.handle');
    Reflect.set(globalThis, key, object);
    let id = '';
    this.#session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('sandlot.handle')]` }, (_error, answer) => {
      id = answer.result.objectId ?? '';
    });
    Reflect.deleteProperty(globalThis, key);
    return id;
  }
}

function isEvaluated(answer: object | undefined): answer is inspector.Runtime.EvaluateReturnType {
  return answer !== undefined && 'result' in answer;
}

/** Where an error of syntax is: it has no frame in the cell. */
function placeOf({ exception, stackTrace, lineNumber, columnNumber }: inspector.Runtime.ExceptionDetails, name: string): string {
  return exception?.className === 'SyntaxError' && !stackTrace ? `${name}:${lineNumber + 1}:${columnNumber + 1}` : '';
}

function folder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
