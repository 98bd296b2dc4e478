/** Cookies and storage of a caller. */
import { ToolError } from '@sandlot/core';
import { readFile } from 'node:fs/promises';
import type { BrowserContext } from 'playwright-core';
import { look, type LookOptions } from './look.ts';
import type { Session } from './session.ts';

type Cookie = Awaited<ReturnType<BrowserContext['cookies']>>[number];

/** A cookie to set; without a domain it is for the page in the current tab. */
export interface NewCookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: string | undefined;
  readonly path?: string | undefined;
  /** Seconds since 1970. */
  readonly expires?: number | undefined;
  readonly httpOnly?: boolean | undefined;
  readonly secure?: boolean | undefined;
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | undefined;
}

/** The cookies that fit all that is given. */
export async function listCookies(
  { context }: Session,
  wanted: { name?: string | undefined; domain?: string | undefined; path?: string | undefined },
): Promise<Cookie[]> {
  const all = await context.cookies();
  return all.filter(
    ({ name, domain, path }) =>
      (wanted.name === undefined || name === wanted.name) &&
      (wanted.domain === undefined || domain.endsWith(wanted.domain)) &&
      (wanted.path === undefined || path === wanted.path),
  );
}

/** Sets a cookie. */
export async function setCookie(session: Session, { name, value, domain, path, ...rest }: NewCookie): Promise<void> {
  const url = session.current?.page.url() ?? '';
  if (domain === undefined && !/^https?:/.test(url)) {
    throw new ToolError('INVALID_ARGUMENT', 'Without a domain the cookie is for the current page, and none is open.', {
      advice: 'Give a domain.',
    });
  }
  const given = Object.fromEntries(Object.entries(rest).filter(([, set]) => set !== undefined));
  await session.context.addCookies([{ name, value, ...(domain === undefined ? { url } : { domain, path: path ?? '/' }), ...given }]);
}

/** Removes cookies by name, or all of them. Returns how many there were. */
export async function removeCookies({ context }: Session, name?: string): Promise<number> {
  const before = await context.cookies();
  await context.clearCookies(name === undefined ? {} : { name });
  return before.length - (await context.cookies()).length;
}

/** What to do with the local or session storage of a page. */
export type StorageStep = { do: 'list' | 'clear' } | { do: 'get' | 'delete'; key: string } | { do: 'set'; key: string; value: string };

/** Reads or changes the storage of the page in a tab; answers with the entries that the step is about. */
export async function useStorage(
  session: Session,
  kind: 'local' | 'session',
  step: StorageStep,
  options: LookOptions,
): Promise<{ url: string; entries: Record<string, string> }> {
  return look(session, options, async ({ page }) => {
    if (!/^https?:/.test(page.url()))
      throw new ToolError('FAILED_PRECONDITION', `${page.url()} has no storage.`, { advice: 'Open a web page first.' });
    const entries = await page.evaluate(
      ({ kind: which, step: wanted }) => {
        const storage = which === 'local' ? localStorage : sessionStorage;
        if (wanted.do === 'clear') storage.clear();
        if (wanted.do === 'delete') storage.removeItem(wanted.key);
        if (wanted.do === 'set') storage.setItem(wanted.key, wanted.value);
        const all = Object.fromEntries(Object.entries<string>(storage));
        if (!('key' in wanted)) return all;
        const value = storage.getItem(wanted.key);
        return value === null ? {} : { [wanted.key]: value };
      },
      { kind, step },
    );
    return { url: page.url(), entries };
  });
}

/** Saves cookies and storage of all sites into a workspace file. */
export async function saveState(session: Session, filename: string): Promise<string> {
  const state = await session.context.storageState({ indexedDB: true });
  return session.files.write(filename, Buffer.from(JSON.stringify(state, null, 1)));
}

/** Replaces cookies and storage by those of a workspace file. */
export async function loadState(session: Session, filename: string): Promise<void> {
  const [path = ''] = await session.files.existing([filename]);
  const text = await readFile(path, 'utf8');
  try {
    await session.context.setStorageState(JSON.parse(text));
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `"${filename}" is no saved browser state.`, {
      cause: error,
      advice: 'Use a file that browser_storage_state wrote.',
    });
  }
}
