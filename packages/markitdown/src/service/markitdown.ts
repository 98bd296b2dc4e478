/** The server's work: opens a source and converts it in a worker. */
import { withSpan } from '@sandlot/core/telemetry';
import type { Conversion } from '../convert/convert.ts';
import type { ConvertLimits } from '../convert/limits.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { WorkerPool } from '../convert/worker/pool.ts';
import { openSource } from '../source/open.ts';
import type { SourcePolicy } from '../source/types.ts';
import { toToolError } from './errors.ts';

/** Settings of the server. */
export interface MarkitdownSettings extends SourcePolicy {
  readonly limits: Pick<ConvertLimits, 'timeMs' | 'memoryMb' | 'inflatedBytes'>;
  /** Conversions that run at once; others wait. */
  readonly concurrency: number;
  /** File URLs of converter modules. */
  readonly plugins: readonly string[];
}

/** What one call may use. */
export interface CallScope {
  readonly signal: AbortSignal;
  readonly progress: (progress: { progress: number; total?: number; message?: string }) => void;
}

/** Converts documents for the tools. */
export class Markitdown {
  readonly #settings: MarkitdownSettings;
  readonly #workers: WorkerPool;

  constructor(settings: MarkitdownSettings) {
    this.#settings = settings;
    this.#workers = new WorkerPool({ size: settings.concurrency, memoryMb: settings.limits.memoryMb });
  }

  /** Absolute path of the workspace. */
  get workspace(): string {
    return this.#settings.workspace;
  }

  /** Opens and converts. @throws ToolError */
  async convert(
    uri: string,
    options: Omit<ConvertOptions, 'signal' | 'onProgress' | 'limits' | 'converters'>,
    { signal, progress }: CallScope,
  ): Promise<Conversion> {
    return withSpan(
      'markitdown.convert',
      { attributes: { 'markitdown.scheme': /^([a-z]+):/i.exec(uri)?.[1]?.toLowerCase() ?? 'path' } },
      async (span) => {
        const source = await openSource(uri, this.#settings, signal);
        span.setAttribute('markitdown.bytes', source.bytes.length);
        const conversion = await this.#workers
          .convert(source.bytes, {
            ...options,
            hints: { ...source.hints, ...options.hints },
            limits: { ...this.#settings.limits, inputBytes: this.#settings.maxBytes },
            plugins: this.#settings.plugins,
            signal,
            onProgress: (done, total) => progress({ progress: done, total, message: `${done} of ${total}` }),
          })
          .catch((error: unknown) => {
            throw toToolError(error, source.label);
          });
        span.setAttributes({ 'markitdown.kind': conversion.kind, 'markitdown.chars': conversion.totalChars });
        return conversion;
      },
    );
  }

  /** Ends all conversions. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers[Symbol.asyncDispose]();
  }
}
