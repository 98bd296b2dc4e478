/**
 * Conversions in processes of their own. A thread would not do: when one runs out of memory inside of a native call,
 * it takes its whole process down.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Conversion } from '../convert.ts';
import { ConvertError } from '../errors.ts';
import { type ConvertLimits, defaultConvertLimits } from '../limits.ts';
import type { ConvertOptions } from '../options.ts';
import type { Job, Message } from './messages.ts';

/** Options of a {@link WorkerPool}. */
export interface WorkerPoolOptions {
  /** Conversions at once; others wait. Default 2. */
  readonly size?: number;
  /** Largest JavaScript heap of a worker, in MiB. Default 512. */
  readonly memoryMb?: number;
  /** How long a worker without work is kept, in milliseconds. Default 15 s. */
  readonly idleMs?: number;
}

/** Options of one conversion. Converters come as modules here, because functions cannot cross processes. */
export interface WorkerJobOptions extends Omit<ConvertOptions, 'converters' | 'ocrEngine' | 'transcriber'> {
  /** URLs of modules; see {@link Plugin}. */
  readonly plugins?: readonly string[];
}

/** A worker is replaced after so many documents, so that nothing adds up. */
const mostJobs = 50;

/** Workers that convert documents, within limits of time and memory. */
export class WorkerPool implements AsyncDisposable {
  readonly #size: number;
  readonly #memoryMb: number;
  readonly #idleMs: number;
  readonly #idle: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ size = 2, memoryMb = defaultConvertLimits.memoryMb, idleMs = 15_000 }: WorkerPoolOptions = {}) {
    this.#size = size;
    this.#memoryMb = memoryMb;
    this.#idleMs = idleMs;
  }

  /** Converts a document. @throws ConvertError */
  async convert(bytes: Uint8Array, { signal, onProgress, plugins = [], ...options }: WorkerJobOptions = {}): Promise<Conversion> {
    const limits: ConvertLimits = { ...defaultConvertLimits, ...options.limits };
    if (bytes.length > limits.inputBytes)
      throw new ConvertError('limit', `The document has ${bytes.length} bytes; the limit is ${limits.inputBytes} (limit inputBytes).`);
    await this.#turn(signal);
    const worker = this.#idle.pop() ?? this.#start();
    try {
      return await worker.run({ bytes, options, plugins }, limits.timeMs, signal, onProgress);
    } finally {
      if (worker.isUsable && worker.jobs < mostJobs) worker.rest(this.#idleMs, this.#idle);
      else void worker.end();
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.end()));
  }

  #start(): Worker {
    const worker = new Worker(this.#memoryMb);
    this.#all.add(worker);
    void worker.ended.then(() => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    return worker;
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    while (this.#running >= this.#size) {
      await new Promise<void>((resolve, reject) => {
        const onAbort = () => {
          this.#waiting.splice(this.#waiting.indexOf(go), 1);
          reject(cancelled(signal));
        };
        const go = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        this.#waiting.push(go);
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    }
    if (signal?.aborted) throw cancelled(signal);
    this.#running++;
  }
}

/** The program of a worker: beside the library entry, also for a bundle that holds this module elsewhere. */
function workerFile(): URL {
  const index = import.meta.resolve('@sandlot/markitdown/convert');
  return new URL(index.endsWith('.ts') ? 'worker.ts' : 'worker.js', index);
}

/** One process. */
class Worker {
  jobs = 0;
  readonly ended: Promise<void>;
  readonly #memoryMb: number;
  readonly #process: ChildProcess;
  #isUsable = true;
  #resting: NodeJS.Timeout | undefined;

  constructor(memoryMb: number) {
    this.#memoryMb = memoryMb;
    const inherited = process.execArgv.filter((flag) => !/^--(?:inspect|max-old-space-size)/.test(flag));
    this.#process = fork(workerFile(), {
      execArgv: [
        ...inherited,
        `--max-old-space-size=${memoryMb}`,
        '--max-semi-space-size=32',
        '--stack-size=3900',
        '--disable-warning=ExperimentalWarning',
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {},
    });
    this.ended = new Promise((resolve) => this.#process.once('exit', () => resolve()).once('error', () => resolve()));
    void this.ended.then(() => {
      this.#isUsable = false;
    });
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Runs one job. When it does not end by itself, the process is ended. */
  async run(job: Job, timeMs: number, signal: AbortSignal | undefined, onProgress: WorkerJobOptions['onProgress']): Promise<Conversion> {
    this.jobs++;
    clearTimeout(this.#resting);
    this.#process.ref();
    this.#process.channel?.ref();
    const stops: (() => void)[] = [];
    try {
      return await new Promise<Conversion>((resolve, reject) => {
        const fail = (error: ConvertError) => {
          this.#isUsable = false;
          reject(error);
        };
        const timer = setTimeout(
          () => fail(new ConvertError('timeout', `The conversion took longer than ${timeMs} ms (limit timeMs).`)),
          timeMs,
        );
        const onAbort = () => fail(cancelled(signal));
        signal?.addEventListener('abort', onAbort, { once: true });
        const onMessage = (message: Message) => {
          if (message.type === 'progress') onProgress?.(message.done, message.total);
          else if (message.type === 'done') resolve(message.conversion);
          else reject(new ConvertError(message.code, message.message));
        };
        const onExit = (code: number | null) => fail(this.#exitError(code));
        this.#process.on('message', onMessage).on('exit', onExit);
        stops.push(
          () => clearTimeout(timer),
          () => signal?.removeEventListener('abort', onAbort),
          () => this.#process.off('message', onMessage).off('exit', onExit),
        );
        this.#process.send(job, (error) => {
          if (error) fail(new ConvertError('malformed', `The document could not be handed over: ${error.message}`, { cause: error }));
        });
      });
    } finally {
      for (const stop of stops) stop();
    }
  }

  /** Waits for work, for a while, without keeping this process alive. */
  rest(idleMs: number, idle: Worker[]): void {
    idle.push(this);
    this.#process.unref();
    this.#process.channel?.unref();
    this.#resting = setTimeout(() => void this.end(), idleMs).unref();
  }

  /** Ends the process. */
  end(): Promise<void> {
    clearTimeout(this.#resting);
    this.#isUsable = false;
    this.#process.ref();
    this.#process.kill('SIGKILL');
    return this.ended;
  }

  #exitError(code: number | null): ConvertError {
    // V8 aborts when its heap is full; the kernel may kill before that.
    if (code === null || code === 134)
      return new ConvertError('limit', `The conversion needed more than ${this.#memoryMb} MiB (limit memoryMb).`);
    return new ConvertError('malformed', `The conversion ended without a result (exit code ${code}).`);
  }
}

function cancelled(signal: AbortSignal | undefined): ConvertError {
  return new ConvertError('cancelled', 'The conversion was cancelled.', { cause: signal?.reason });
}
