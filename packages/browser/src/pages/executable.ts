/** Finds a Chromium on this machine. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ToolError } from '@sandlot/core';
import { environment } from '@sandlot/core/config';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * Path of the browser to run: the given one, else the system's, else Playwright's own download.
 *
 * @param given path from the options
 * @param downloaded where Playwright puts its download
 * @throws ToolError UNAVAILABLE when there is none, with how to get one
 */
export async function findExecutable(given: string | undefined, downloaded: string | undefined): Promise<string> {
  if (given !== undefined) {
    if (await isExecutable(given)) return given;
    throw new ToolError('UNAVAILABLE', `No browser can be run at "${given}" (option --executable-path).`, { advice });
  }
  const onPath = (environment()['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  for (const candidate of [...onPath, ...places, ...(downloaded ? [downloaded] : [])]) {
    if (await isExecutable(candidate)) return candidate;
  }
  throw new ToolError('UNAVAILABLE', 'No Chromium or Chrome was found on this machine.', { advice });
}

const advice =
  'Install one ("apt-get install chromium" on Debian and Ubuntu, or "npx playwright-core install chromium"), or name one with --executable-path, then call again.';

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
