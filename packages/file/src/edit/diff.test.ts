import { applyPatch } from 'diff';
import { expect, it } from 'vitest';
import { diffTexts } from './diff.ts';

/** The same numbers at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state;
  }
}

it('shows a difference that turns the one text into the other', async () => {
  const random = numbers(7);
  const pick = (count: number) => random.next().value % count;
  const lines = () => Array.from({ length: pick(12) }, () => 'abc'.charAt(pick(3)).repeat(1 + pick(2)));
  for (let i = 0; i < 2000; i++) {
    const [head, tail] = [lines(), lines()];
    const text = (middle: string[]) => [...head, ...middle, ...tail].join('\n') + (i % 3 === 0 ? '' : '\n');
    const [before, after] = [text(lines()), text(lines())];
    const { text: shown } = await diffTexts('f', before, after);
    if (before !== after) expect(applyPatch(before, `--- f\n+++ f\n${shown}\n`), JSON.stringify([before, after])).toBe(after);
  }
});
