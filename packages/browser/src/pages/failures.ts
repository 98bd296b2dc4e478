/** Says in our words what Playwright threw. */
import { stripVTControlCharacters } from 'node:util';
import { ToolError } from '@sandlot/core';
import type { Tab } from './tab.ts';

/** The error to show for what went wrong in a tab. */
export function toFailure(error: unknown, tab: Tab): unknown {
  if (ToolError.is(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (tab.crashed) return crashed(tab, error);
  if (/has been closed|Target closed|browser has disconnected/i.test(text)) {
    return new ToolError('UNAVAILABLE', `Tab ${tab.id} was closed, or the browser ended, during the call.`, {
      cause: error,
      advice: 'Call again: a browser is started when none runs. Open tabs: browser_tabs.',
    });
  }
  const network = /net::(ERR_\w+)/.exec(text)?.[1];
  if (network) return networkFailure(network, text, error);
  if (error instanceof Error && error.name === 'TimeoutError') return timedOut(text, error);
  const selector = /(?:Unexpected token|Unknown engine|not a valid selector|Unsupported token|strict mode violation|Malformed)[^\n]*/.exec(
    text,
  )?.[0];
  if (selector)
    return new ToolError('INVALID_ARGUMENT', `The target does not name one element: ${selector.slice(0, 300)}`, {
      cause: error,
      advice: refAdvice,
    });
  if (/Element is not|Node is not|not an? <|Cannot type|Malformed value|Did not find/i.test(text)) {
    return new ToolError('FAILED_PRECONDITION', firstLine(text), { cause: error, advice: refAdvice });
  }
  return error;
}

/** A page whose process has died. */
export function crashed(tab: Tab, cause?: unknown): ToolError {
  return new ToolError('UNAVAILABLE', `The page in tab ${tab.id} crashed (${tab.page.url()}).`, {
    cause,
    advice: 'Navigate again: an empty tab takes its place.',
  });
}

/** How to get a target. */
export const refAdvice = 'Take refs from the latest snapshot (browser_snapshot), or give a selector that matches one element.';

const networkReasons: Record<string, string> = {
  ERR_NAME_NOT_RESOLVED: 'the host name is not known',
  ERR_CONNECTION_REFUSED: 'nothing listens there',
  ERR_CONNECTION_TIMED_OUT: 'the host does not answer',
  ERR_CERT_AUTHORITY_INVALID: 'its certificate is not trusted',
  ERR_TUNNEL_CONNECTION_FAILED: 'the proxy refused or could not reach it',
  ERR_PROXY_CONNECTION_FAILED: 'the proxy cannot be reached',
  ERR_EMPTY_RESPONSE: 'the server closed without an answer',
  ERR_TOO_MANY_REDIRECTS: 'it redirects in a circle',
  ERR_ABORTED: 'the navigation was given up',
};

function networkFailure(code: string, text: string, cause: unknown): ToolError {
  const url = / at (\S+)/.exec(text)?.[1] ?? '';
  return new ToolError('UNAVAILABLE', `${url || 'The page'} could not be opened: ${networkReasons[code] ?? 'network error'} (${code}).`, {
    cause,
    advice: 'Check the address.',
    data: { network_error: code },
  });
}

function timedOut(text: string, cause: unknown): ToolError {
  const log = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.replace(/^\s*-?\s*/, ''));
  const cover = log.findLast((line) => line.includes('intercepts pointer events'));
  if (cover) {
    return new ToolError('FAILED_PRECONDITION', `The element is covered: ${cover.slice(0, 300)}.`, {
      cause,
      advice: 'Close what covers it, or click that.',
    });
  }
  const state = log.findLast((line) => /element is (?:not|outside)|waiting for element to be/.test(line));
  return new ToolError('DEADLINE_EXCEEDED', `${firstLine(text)}${state ? ` Last seen: ${state.slice(0, 200)}.` : ''}`, {
    cause,
    advice: refAdvice,
  });
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300);
}
