/** What a server writes to stderr, as whole log lines of JSON: lines of two servers must not run into each other. */
import type { Log } from '@sandlot/core';

const mostChars = 64 * 1024;

/**
 * Takes text as it comes.
 *
 * @param write gets each line that is a log line already, with its newline
 * @param log takes every other line, such as a warning of Node.js, as a message
 */
export function logLines(server: string, write: (line: string) => void, log: Log): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > mostChars) lines.push(rest.slice(0, mostChars));
    if (rest.length > mostChars) rest = '';
    for (const line of lines) {
      if (isObject(line)) write(`${line}\n`);
      else if (line.trim() !== '') log.warn('server said', { server, said: line });
    }
  };
}

function isObject(line: string): boolean {
  if (!line.startsWith('{"time":')) return false;
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}
