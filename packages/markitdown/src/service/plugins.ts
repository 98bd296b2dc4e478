/** Own converters: modules that export a converter as default. */
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';

/** The modules as URLs that a worker can import. Paths are relative to the current folder. */
export function pluginUrls(names: readonly string[]): string[] {
  return names.map((name) => (/^(?:\.|\/|[A-Za-z]:[\\/])/.test(name) ? pathToFileURL(resolve(name)).href : import.meta.resolve(name)));
}
