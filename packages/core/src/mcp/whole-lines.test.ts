import { once } from 'node:events';
import { expect, it } from 'vitest';
import { type TooLong, wholeLines } from './whole-lines.ts';

/** What comes out, piece by piece, for what is put in; and what is left out. */
async function through(pieces: readonly string[], most = 1000): Promise<{ out: string[]; tooLong: TooLong[] }> {
  const tooLong: TooLong[] = [];
  const lines = wholeLines(most, (message) => tooLong.push(message));
  const out: string[] = [];
  lines.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  for (const piece of pieces) lines.write(piece);
  lines.end();
  await once(lines, 'end');
  return { out, tooLong };
}

it('hands on whole lines, and what is left at the end', async () => {
  expect((await through(['ab', 'c', 'd\nef', 'g', '\nh\ni', 'j'])).out).toEqual(['abcd\n', 'efg\n', 'h\n', 'ij']);
  expect((await through(['\n', 'a\n'])).out).toEqual(['\n', 'a\n']);
  expect((await through([])).out).toEqual([]);
});

it('does not split a line of many pieces, up to the limit', async () => {
  const pieces = Array.from({ length: 1000 }, () => 'x');
  expect(await through([...pieces, '\n', 'next\n'])).toEqual({ out: [`${'x'.repeat(1000)}\n`, 'next\n'], tooLong: [] });
  expect(await through([...pieces, 'y\n', 'next\n'])).toEqual({ out: ['next\n'], tooLong: [{ id: null, bytes: 1002 }] });
});

it('leaves out what is too long, by its id, however it comes, and goes on', async () => {
  const long = 'x'.repeat(5000);
  const text = '","id":7}';
  for (const [id, message] of [
    [5, `{"jsonrpc":"2.0","id":5,"method":"m","params":"${long}"}`],
    [5, `{"jsonrpc":"2.0","method":"m","id":5,"params":"${long}"}`],
    [5, `{"method":"m","params":"${long}","jsonrpc":"2.0","id":5}`],
    [5, `{"method":"m","params":"${long}","id":5,"jsonrpc":"2.0"}\r`],
    ['a"b', `{"id":"a\\"b","params":"${long}"}`],
    [null, `{"method":"m","params":"${long}"}`],
    [null, JSON.stringify({ method: 'm', params: { a: `${long}${text}` } })],
    [null, JSON.stringify({ method: 'm', params: { id: 9, b: long } })],
  ] as const) {
    for (const size of [1, 100, 10_000]) {
      const all = `{"id":1}\n${message}\n{"id":2}\n`;
      const pieces = all.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      const { out, tooLong } = await through(pieces);
      expect(out, message.slice(0, 60)).toEqual(['{"id":1}\n', '{"id":2}\n']);
      expect(tooLong, message.slice(0, 60)).toEqual([{ id, bytes: message.length + 1 }]);
    }
  }
});
