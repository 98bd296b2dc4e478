/** Progress that goes back up with the cursor and draws its lines anew, as builders and installers do. */

// A new line, or: A up, B down, E and F the same to the start of a line, J erase below, K erase the line. ECMA-48, 8.3.
// oxlint-disable-next-line no-control-regex
const moves = /\n|\u001b\[(\d*)([ABEFJK])/g;
// oxlint-disable-next-line no-control-regex
const up = /\u001b\[\d*[AF]/;

/**
 * The lines as they are at the end. What is written to a line that was written before stands behind a carriage return, which the caller
 * folds; columns are not kept.
 */
export function foldRedraws(text: string): string {
  if (!up.test(text)) return text;
  const rows = [''];
  let row = 0;
  let at = 0;
  let again = false;
  const put = (part: string) => {
    if (part === '') return;
    rows[row] = (rows[row] ?? '') + (again ? '\r' : '') + part;
    again = false;
  };
  const go = (to: number) => {
    row = Math.max(0, Math.min(to, rows.length - 1));
    again = rows[row] !== '';
  };
  for (const move of text.matchAll(moves)) {
    put(text.slice(at, move.index));
    at = move.index + move[0].length;
    const [, number = '', kind] = move;
    const count = Math.max(1, Number(number));
    if (kind === undefined) {
      if (row === rows.length - 1) rows.push('');
      go(row + 1);
    } else if (kind === 'A' || kind === 'F') go(row - count);
    else if (kind === 'B' || kind === 'E') go(row + count);
    else if (kind === 'K') {
      if (number === '2' || again || rows[row]?.endsWith('\r')) erase();
    } else {
      if (number === '' || number === '0') rows.length = row + 1;
      if (again || rows[row]?.endsWith('\r')) erase();
    }
  }
  put(text.slice(at));
  return rows.join('\n');

  function erase(): void {
    rows[row] = '';
    again = false;
  }
}
