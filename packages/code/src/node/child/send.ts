/** Messages to the server, in the order in which things happen; a slow reader makes the writer wait. */
import { writeSync } from 'node:fs';

const output = 4;
// A cell may put others in their place.
const { stringify } = JSON;
const { from: toBuffer } = Buffer;

/** Sends one message. */
export function send(message: Readonly<Record<string, unknown>>): void {
  const bytes = toBuffer(`${stringify(message)}\n`);
  for (let from = 0; from < bytes.length;) {
    try {
      from += writeSync(output, bytes, from);
    } catch (error) {
      // A pipe that is full for the moment.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}
