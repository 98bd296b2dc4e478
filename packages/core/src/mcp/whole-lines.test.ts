import { once } from 'node:events';
import { expect, it } from 'vitest';
import { wholeLines } from './whole-lines.ts';

/** What comes out, piece by piece, for what is put in. */
async function through(pieces: readonly string[], most = 1000): Promise<string[]> {
  const lines = wholeLines(most);
  const out: string[] = [];
  lines.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  for (const piece of pieces) lines.write(piece);
  lines.end();
  await once(lines, 'end');
  return out;
}

it('hands on whole lines at once, and what is left at the end', async () => {
  expect(await through(['ab', 'c', 'd\nef', 'g', '\nh\ni', 'j'])).toEqual(['abcd\n', 'efg\nh\n', 'ij']);
  expect(await through(['\n', 'a\n'])).toEqual(['\n', 'a\n']);
  expect(await through([])).toEqual([]);
});

it('does not split a line of many pieces, and does not hold back one that is too long', async () => {
  const pieces = Array.from({ length: 500 }, () => 'x');
  expect(await through([...pieces, '\n'])).toEqual([`${'x'.repeat(500)}\n`]);
  const long = await through([...pieces, ...pieces, ...pieces, '\n']);
  expect(long.join('')).toBe(`${'x'.repeat(1500)}\n`);
  expect(long[0]).toHaveLength(1001);
});
