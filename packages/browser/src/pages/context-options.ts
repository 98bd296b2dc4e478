/** What every new context gets, from the options. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { printNothing } from '../in-page/print.ts';
import type { BrowserOptions } from '../options.ts';

/** Options of a context, a kept profile's too. */
export function contextOptions(options: BrowserOptions): BrowserContextOptions {
  const [width = 1280, height = 720] = options.viewportSize.split('x').map(Number);
  return {
    // On a display a page is as large as its window, which is as large as what a viewer shows.
    viewport: options.display ? null : { width, height },
    acceptDownloads: true,
    ignoreHTTPSErrors: options.ignoreHttpsErrors,
    ...(options.userAgent !== undefined && { userAgent: options.userAgent }),
  };
}

/** Loads what `--storage-state` and `--init-script` name into a context. @throws ToolError UNAVAILABLE when it cannot be read */
export async function prepareContext(context: BrowserContext, { storageState, initScript }: BrowserOptions): Promise<void> {
  await context.addInitScript(printNothing);
  if (storageState !== undefined) await context.setStorageState(await readable(storageState, '--storage-state'));
  if (initScript !== undefined) await context.addInitScript({ path: await readable(initScript, '--init-script') });
}

/** A file that the operator named. @throws ToolError UNAVAILABLE when it cannot be read */
export async function readable(path: string, flag: string): Promise<string> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw new ToolError('UNAVAILABLE', `"${path}" (option ${flag}) cannot be read.`, {
      cause: error,
      advice: 'Correct the option and start the server again.',
    });
  });
  return path;
}
