import { listedTools, toListedTool } from '@sandlot/core';
import { expect, it } from 'vitest';
import { file } from '../src/index.ts';

it('lists its default tools in less than 9 kB', () => {
  const tools = listedTools(file).map(toListedTool);
  expect(Buffer.byteLength(JSON.stringify({ tools }))).toBeLessThan(9000);
});
