/** What a cell finds beside the language and Node.js: `display`, `require`, and an `import` that starts from its folder. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { display } from './display.ts';
import { importer } from './importer.ts';
import type { ModuleNames } from './transform.ts';

/** Sets the globals that depend on the folder; called before each cell. */
export type UseFolder = () => void;

/** The globals of a context. */
export interface CellGlobals {
  readonly names: ModuleNames;
  readonly useFolder: UseFolder;
}

/** Defines the globals. */
export function installGlobals(): CellGlobals {
  const names: ModuleNames = { import: '__import', meta: '__importMeta' };
  define('display', display);
  return { names, useFolder: () => useFolder(names) };
}

function useFolder(names: ModuleNames): void {
  const file = join(process.cwd(), 'cell.js');
  const url = pathToFileURL(file).href;
  const require = createRequire(file);
  define('require', require);
  define('__filename', file);
  define('__dirname', process.cwd());
  define(names.meta, { url, filename: file, dirname: process.cwd(), resolve: (name: string) => toUrl(require, name) });
  // `import()` in a script starts from the script's file, when it is told to use the ordinary loader.
  const script = new vm.Script('(name, options) => import(name, options)', {
    filename: file,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  define(names.import, importer(script.runInThisContext()));
}

function toUrl(require: NodeJS.Require, name: string): string {
  const found = require.resolve(name);
  return found.startsWith('/') ? pathToFileURL(found).href : `node:${found.replace(/^node:/, '')}`;
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
}
