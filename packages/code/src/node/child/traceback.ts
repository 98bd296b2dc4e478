/** Tracebacks without the frames of what runs the cell. */
import { fileURLToPath } from 'node:url';

// Our own files: this one lies in node/child of the package's sources or of what is built from them.
const own = fileURLToPath(new URL('../..', import.meta.url));
const internal = /node:(?:inspector|internal|diagnostics_channel)\b/;
const frame = /^\s+at /;
const cellFrame = /\bcell_\d+\.[jt]s:\d+/;

/** Leaves out frames of this package and of Node's insides, and what lies below them, up to the next frame of a cell. */
export function withoutOurFrames(text: string): string {
  const lines: string[] = [];
  let inside = false;
  for (const line of text.split('\n')) {
    if (!frame.test(line) || cellFrame.test(line)) inside = false;
    else if (line.includes(own) || line.includes('node:inspector')) inside = true;
    if (/^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/.test(line) || (frame.test(line) && (inside || internal.test(line)))) {
      // The last frame of an error opens the list of its properties.
      if (line.endsWith(' {') && lines.length > 0 && !lines.at(-1)?.endsWith(' {')) lines.push(`${lines.pop()} {`);
    } else lines.push(line);
  }
  return lines.join('\n');
}
