import { expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';

// `npm run fuzz:markitdown` converts ten thousand.
it('answers broken documents of every kind with Markdown or a clear error, and leaves nothing behind', async () => {
  const { converted, refused, problems } = await fuzz(0, 310);
  expect(problems).toEqual([]);
  expect(converted + Object.values(refused).reduce((sum, count) => sum + count, 0)).toBe(310);
  expect(refused['malformed']).toBeGreaterThan(10);
}, 120_000);
