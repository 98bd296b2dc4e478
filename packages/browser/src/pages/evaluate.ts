/** Runs a caller's JavaScript inside a page, and only there. */
import { ToolError } from '@sandlot/core';
import { withSpan } from '@sandlot/core/telemetry';
import { type Cut, cutText } from './cut.ts';
import { look, type LookOptions } from './look.ts';
import { clean } from './snapshot.ts';
import type { Session } from './session.ts';
import { locate } from './target.ts';

/** What a function returned, as JSON. */
export interface Evaluated extends Cut {
  readonly url: string;
  readonly path?: string;
}

const mostChars = 40_000;

/** Calls the function in the page, with the element when a target is given. */
export async function evaluate(
  session: Session,
  source: string,
  { target, filename, ...options }: LookOptions & { target?: string | undefined; filename?: string | undefined },
): Promise<Evaluated> {
  return withSpan('browser.evaluate', {}, async () =>
    look(session, options, async (tab) => {
      const code = toFunction(source);
      const running = target === undefined ? tab.page.evaluate(code) : (await locate(tab.page, target)).evaluate(code);
      const value = await inTime(running.catch(explain), session.options.timeoutNavigation);
      const text = clean(toJson(value));
      const path = filename === undefined ? undefined : await session.files.write(filename, text);
      return { url: tab.url, ...(path === undefined ? cutText(session, text, mostChars) : { text: '', lines: 0, left: 0, path }) };
    }),
  );
}

/** A function that waits for ever would hold up the tab. */
async function inTime<T>(running: Promise<T>, ms: number): Promise<T> {
  running.catch(() => undefined);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const error = new ToolError('DEADLINE_EXCEEDED', `The function has not returned within ${ms} ms.`, {
    advice: 'Wait in smaller steps, or with browser_wait_for.',
  });
  const timer = setTimeout(() => reject(error), ms);
  return Promise.race([running, late]).finally(() => clearTimeout(timer));
}

/**
 * Playwright sends the source text of a function to the page. This one has the caller's text as its source and is never
 * called here, so that the code runs in the page alone.
 */
function toFunction(source: string): () => unknown {
  const text = source.trim().replace(/;$/, '');
  const isFunction = /^(?:async\b\s*)?(?:function\b|\([^)]*\)\s*=>|[\w$]+\s*=>|\(\s*[[{])/.test(text);
  const sent = (): unknown => undefined;
  sent.toString = () => (isFunction ? text : `() => (${text})`);
  return sent;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part), 1) ?? 'undefined';
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', 'What the function returned refers to itself and cannot be written as JSON.', {
      cause: error,
      advice: 'Return only the values that you need.',
    });
  }
}

function explain(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error);
  const inPage =
    /^(?:page|locator)\.evaluate: ((?:\w*Error|Exception|Uncaught)\b[^]*)/.exec(text)?.[1] ??
    /^(?:page|locator)\.evaluate: (?!Target|Timeout|net::)([^]*)/.exec(text)?.[1];
  if (inPage === undefined || /has been closed|context was destroyed|crashed/i.test(text)) throw error;
  throw new ToolError('INVALID_ARGUMENT', `The function threw in the page: ${clean(inPage).slice(0, 1_000)}`, {
    cause: error,
    advice: 'Correct the function, for example "() => document.title".',
  });
}
