/** Filters by a caller's regular expression without letting it run away. */
import { runInNewContext } from 'node:vm';
import { ToolError } from '@sandlot/core';

const mostMs = 500;

/** Indexes of the texts that match. @throws ToolError INVALID_ARGUMENT for a pattern that is wrong or takes too long */
export function matching(pattern: string, texts: readonly string[]): number[] {
  const parsed = /^\/(.*)\/([a-z]*)$/s.exec(pattern);
  let expression: RegExp;
  try {
    expression = new RegExp(parsed?.[1] ?? pattern, (parsed?.[2] ?? 'i').replaceAll(/[gy]/g, ''));
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `"${pattern}" is not a regular expression: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
  const found: number[] = [];
  try {
    // The code is ours; the other context is for its time limit, which also stops a regular expression.
    runInNewContext(
      'texts.forEach((text, index) => { if (expression.test(text)) found.push(index); })',
      { texts, expression, found },
      { timeout: mostMs },
    );
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `The regular expression "${pattern}" takes too long on this page.`, {
      cause: error,
      advice: 'Use a simpler one.',
    });
  }
  return found;
}
