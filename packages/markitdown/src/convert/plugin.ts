/** Modules that add to the library: a converter as default export, and engines by name. */
import type { Converter } from './converter.ts';
import type { OcrEngine, Transcriber } from './engines/types.ts';
import { ConvertError } from './errors.ts';
import type { ConvertOptions } from './options.ts';

/** What a module may export. */
export interface Plugin {
  readonly default?: Converter;
  readonly ocrEngine?: OcrEngine;
  readonly transcriber?: Transcriber;
}

/** Loads a module. @throws ConvertError `invalid` when it exports none of these */
export async function loadPlugin(url: string): Promise<Plugin> {
  const module: unknown = await import(url).catch((error: unknown) => {
    throw new ConvertError('invalid', `The plugin "${url}" cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (isPlugin(module)) return module;
  throw new ConvertError(
    'invalid',
    `The plugin "${url}" exports neither a converter as default ({ name, accepts, convert }) nor an ocrEngine or transcriber.`,
  );
}

/** The modules as options of a conversion. */
export function pluginOptions(plugins: readonly Plugin[]): Pick<ConvertOptions, 'converters' | 'ocrEngine' | 'transcriber'> {
  const ocrEngine = plugins.findLast((plugin) => plugin.ocrEngine)?.ocrEngine;
  const transcriber = plugins.findLast((plugin) => plugin.transcriber)?.transcriber;
  return {
    converters: plugins.flatMap((plugin) => plugin.default ?? []),
    ...(ocrEngine && { ocrEngine }),
    ...(transcriber && { transcriber }),
  };
}

function isPlugin(module: unknown): module is Plugin {
  if (typeof module !== 'object' || module === null) return false;
  const own = 'default' in module ? module.default : undefined;
  const isConverter = typeof own === 'object' && own !== null && 'accepts' in own && 'convert' in own;
  return isConverter || 'ocrEngine' in module || 'transcriber' in module;
}
