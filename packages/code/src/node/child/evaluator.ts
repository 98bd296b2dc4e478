/** Runs cells in this process: by the engine's own REPL mode, in which `let` and `const` can be declared again and `await` works. */
import type inspector from 'node:inspector';
import { stripTypeScriptTypes } from 'node:module';
import { Readable } from 'node:stream';
import type { CellGlobals } from './globals.ts';
import { meterOutput } from './meter.ts';
import { send } from './send.ts';
import { toBundle, toFailure } from './to-bundle.ts';
import { toScript } from './transform.ts';

type Remote = inspector.Runtime.RemoteObject;

/** Runs one cell at a time. */
export class Evaluator {
  readonly #session: inspector.Session;
  readonly #globals: CellGlobals;
  readonly #meter = meterOutput();
  readonly #shower: string;
  #count = 0;
  /** The cell that runs. */
  #cell: string | undefined;

  constructor(session: inspector.Session, globals: CellGlobals) {
    this.#session = session;
    this.#globals = globals;
    this.#shower = this.#handle({
      result: (value: unknown) => {
        const data = toBundle(value);
        if (data) send({ event: 'result', data });
      },
      error: (error: unknown, where: string) => send({ event: 'error', ...toFailure(error, where) }),
    });
  }

  /** Runs a cell: see the message `run` in ../node-kernel.ts. */
  async run(message: Readonly<Record<string, unknown>>): Promise<void> {
    const id = String(message['cell']);
    this.#cell = id;
    this.#count++;
    this.#meter.begin(Number(message['outputChars']));
    const restore = prepare(message);
    let failed = false;
    try {
      this.#globals.useFolder();
      failed = await this.#evaluate(String(message['code']), message['typescript'] === true);
    } catch (error) {
      failed = true;
      if (this.#cell === id) send({ event: 'error', ...toFailure(error) });
    }
    restore();
    if (this.#cell !== id) return;
    // A script is not over while it waits for something.
    if (message['fresh'] === true) await new Promise((resolve) => process.once('beforeExit', resolve));
    this.#finish(failed ? 'error' : 'ok');
  }

  /** Gives the running cell up. What it waits for goes on, unseen. */
  interrupt(): void {
    if (this.#cell === undefined) return;
    send({ event: 'error', name: 'Interrupted', message: 'The cell was interrupted.', traceback: 'Interrupted: the cell was interrupted.' });
    this.#finish('error');
  }

  /** An error that no cell could catch. */
  uncaught(error: unknown): void {
    process.stderr.write(`Uncaught ${toFailure(error).traceback}\n`);
  }

  #finish(status: 'ok' | 'error'): void {
    this.#cell = undefined;
    const dropped = this.#meter.end();
    send({ event: 'end', status, count: this.#count, dropped, cwd: folder() });
  }

  async #evaluate(code: string, typescript: boolean): Promise<boolean> {
    const script = toScript(typescript ? stripTypes(code) : code, this.#globals.names);
    const cell = this.#cell;
    const name = `cell_${this.#count}.${typescript ? 'ts' : 'js'}`;
    const expression = `${script}\n//# sourceURL=${name}`;
    const { result, exceptionDetails: thrown } = await new Promise<inspector.Runtime.EvaluateReturnType>((resolve, reject) => {
      this.#session.post('Runtime.evaluate', { expression, replMode: true, awaitPromise: true, objectGroup: 'cell' }, (error, answer) => {
        if (error) reject(new Error('The cell was interrupted.'));
        else resolve(answer);
      });
    });
    if (this.#cell === cell) {
      if (!thrown) this.#show('result', result);
      else this.#show('error', thrown.exception ?? {}, thrown.exception?.className === 'SyntaxError' && !thrown.stackTrace ? `${name}:${thrown.lineNumber + 1}:${thrown.columnNumber + 1}` : '');
    }
    this.#session.post('Runtime.releaseObjectGroup', { objectGroup: 'cell' });
    return thrown !== undefined;
  }

  /** Hands a value that the inspector holds to our own function. */
  #show(what: 'result' | 'error', { objectId, value, unserializableValue }: Partial<Remote>, where = ''): void {
    const argument = objectId ? { objectId } : unserializableValue ? { unserializableValue } : { value: value as unknown };
    this.#session.post('Runtime.callFunctionOn', {
      objectId: this.#shower,
      functionDeclaration: `function (value, where) { this.${what}(value, where); }`,
      arguments: [argument, { value: where }],
      silent: true,
    });
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

function stripTypes(code: string): string {
  try {
    return stripTypeScriptTypes(code, { mode: 'strip' });
  } catch {
    // Enums and parameter properties are more than types.
    return stripTypeScriptTypes(code, { mode: 'transform' });
  }
}

function folder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** Applies what holds for one cell; returns what takes it back. */
function prepare({ cwd, env, trace, stdin }: Readonly<Record<string, unknown>>): () => void {
  if (typeof cwd === 'string') process.chdir(cwd);
  for (const name of ['TRACEPARENT', 'TRACESTATE']) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, trace);
  const own = Object.entries(env ?? {}) as [string, string][];
  const before = new Map(own.map(([name]) => [name, process.env[name]]));
  for (const [name, value] of own) process.env[name] = value;
  if (typeof stdin === 'string') Object.defineProperty(process, 'stdin', { value: Readable.from([stdin]), configurable: true });
  return () => {
    for (const [name, value] of own) {
      const old = before.get(name);
      if (process.env[name] !== value) continue;
      if (old === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = old;
    }
  };
}
