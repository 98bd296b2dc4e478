/** The server's work: opens a source and converts it in a worker. */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { withSpan } from '@sandlot/core/telemetry';
import type { Conversion } from '../convert/convert.ts';
import type { ConvertLimits } from '../convert/limits.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { WorkerPool } from '../convert/worker/pool.ts';
import { openSource } from '../source/open.ts';
import type { SourcePolicy } from '../source/types.ts';
import { writeWorkspaceFile } from '../source/write.ts';
import { toToolError } from './errors.ts';
import { outlineLines } from './outline.ts';

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

/** Options that a call may give. */
export type DocumentOptions = Omit<ConvertOptions, 'signal' | 'onProgress' | 'limits' | 'converters' | 'ocrEngine' | 'transcriber'>;

/** Where a conversion is written. */
export interface FileTarget {
  readonly outputPath: string;
  readonly imageFolder: string | undefined;
  readonly overwrite: boolean;
}

/** What was written. Paths are relative to the workspace. */
export interface WrittenFile {
  path: string;
  kind: string;
  title?: string;
  chars: number;
  images: string[];
  outline: string[];
  warnings?: string[];
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
  async convert(uri: string, options: DocumentOptions, { signal, progress }: CallScope): Promise<Conversion> {
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

  /** Converts into files of the workspace. @throws ToolError */
  async convertToFile(
    uri: string,
    { outputPath, imageFolder, overwrite }: FileTarget,
    options: DocumentOptions,
    scope: CallScope,
  ): Promise<WrittenFile> {
    const { workspace } = this.#settings;
    const conversion = await this.convert(
      uri,
      {
        ...options,
        ...(imageFolder !== undefined && {
          images: 'save',
          imageFolder: linkFolder(resolve(workspace, outputPath), resolve(workspace, imageFolder)),
        }),
      },
      scope,
    );
    const path = await writeWorkspaceFile(outputPath, conversion.markdown, { workspace, overwrite });
    const images: string[] = [];
    if (imageFolder !== undefined) {
      for (const image of conversion.images)
        images.push(await writeWorkspaceFile(join(imageFolder, image.name), image.bytes, { workspace, overwrite: true }));
    }
    return {
      path,
      kind: conversion.kind,
      ...(conversion.title !== undefined && { title: conversion.title }),
      chars: conversion.totalChars,
      images,
      outline: outlineLines(conversion.outline).map(({ line }) => line),
      ...(conversion.warnings.length > 0 && { warnings: [...conversion.warnings] }),
    };
  }

  /** Ends all conversions. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers[Symbol.asyncDispose]();
  }
}

/** The folder of the pictures as the Markdown file sees it. */
function linkFolder(outputPath: string, imageFolder: string): string {
  return relative(dirname(outputPath), imageFolder).split(sep).join('/') || '.';
}
