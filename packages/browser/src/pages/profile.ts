/** A profile folder that is kept between starts. */
import { mkdir, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import type { BrowserOptions } from '../options.ts';
import { contextOptions } from './context-options.ts';

/** Starts Chromium with the profile in `folder`. @throws ToolError UNAVAILABLE when another browser has it */
export async function openProfile(
  folder: string,
  options: BrowserOptions,
  launchOptions: LaunchOptions,
): Promise<{ browser: Browser; context: BrowserContext }> {
  const path = resolve(folder);
  await mkdir(path, { recursive: true, mode: 0o700 });
  await releaseLock(path);
  const context = await chromium.launchPersistentContext(path, { ...launchOptions, ...contextOptions(options) });
  const browser = context.browser();
  if (!browser) throw new ToolError('INTERNAL', 'A profile was opened without its browser.');
  return { browser, context };
}

/** A lock names host and process. One of another host (a container that is gone) or of a dead process would stop the start. */
async function releaseLock(folder: string): Promise<void> {
  const lock = await readlink(join(folder, 'SingletonLock')).catch(() => undefined);
  if (lock === undefined) return;
  const [, host, pid] = /^(.*)-(\d+)$/.exec(lock) ?? [];
  if (host === hostname() && isAlive(Number(pid))) {
    throw new ToolError('UNAVAILABLE', `The profile "${folder}" is in use by another browser (process ${pid}).`, {
      advice: 'End that browser, or give another --user-data-dir.',
    });
  }
  for (const name of ['SingletonLock', 'SingletonCookie', 'SingletonSocket']) await rm(join(folder, name), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
