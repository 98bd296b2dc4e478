/** The library: documents to Markdown, without MCP or HTTP. */
export { convert, type Conversion } from './convert.ts';
export type { ConvertContext, Converter, Input } from './converter.ts';
export type { OutlineEntry } from './cut.ts';
export type { Detected, Hints, Kind } from './detect/kind.ts';
export type { OcrEngine, Transcriber } from './engines/types.ts';
export { ConvertError, type ConvertErrorCode } from './errors.ts';
export { convertHtml, type ConvertHtmlOptions } from './convert-html.ts';
export { type ConvertLimits, defaultConvertLimits } from './limits.ts';
export type * from './model/document.ts';
export type { ConvertOptions } from './options.ts';
export type { Plugin } from './plugin.ts';
export type { SavedPicture } from './pictures.ts';
export { WorkerPool, type WorkerPoolOptions, type WorkerJobOptions } from './worker/pool.ts';
