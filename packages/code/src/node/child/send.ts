/** Messages to the server, in the order in which things happen; a slow reader makes the writer wait. */
import { writeSync } from 'node:fs';

const output = 4;
// A cell may put others in their place.
const { stringify } = JSON;
const { from: toBuffer } = Buffer;

const longestChars = 32 * 1024 * 1024;

/** Sends one message, on a line of its own whatever a cell may have written there. */
export function send(message: Readonly<Record<string, unknown>>): void {
  const whole = stringify(message);
  const text = whole.length <= longestChars ? whole : stringify(shortened(message, whole.length));
  const bytes = toBuffer(`\n${text}\n`);
  for (let from = 0; from < bytes.length;) {
    try {
      from += writeSync(output, bytes, from);
    } catch (error) {
      // A pipe that is full for the moment.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

function shortened({ event, name }: Readonly<Record<string, unknown>>, chars: number): Record<string, unknown> {
  const note = `<${chars} characters, too large to show>`;
  return event === 'error'
    ? { event, name, message: note, traceback: `${String(name)}: ${note}` }
    : { event, data: { 'text/plain': note } };
}
