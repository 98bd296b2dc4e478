/** Labels the elements in the viewport with their refs, for a picture. */
import { randomUUID } from 'node:crypto';
import { drawLabels, eraseLabels, type Label } from '../in-page/labels.ts';
import { isActing, refOf, takeSnapshot } from './snapshot.ts';
import type { Tab } from './tab.ts';

const mostLabels = 300;

/** Runs `work` while what can be acted on carries its ref. Elements inside frames have none. */
export async function withLabels<T>(tab: Tab, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const [lines, view] = [await takeSnapshot(tab.page, true, signal), await tab.viewport()];
  const labels = lines.flatMap((line) => (isActing(line) ? (labelOf(line, view) ?? []) : [])).slice(0, mostLabels);
  const id = `x-${randomUUID()}`;
  await tab.page.evaluate(drawLabels, { id, labels });
  try {
    return await work();
  } finally {
    await tab.page.evaluate(eraseLabels, id).catch(() => undefined);
  }
}

function labelOf(line: string, view: { width: number; height: number }): Label | undefined {
  const text = refOf(line);
  const box = / \[box=(-?[\d.]+),(-?[\d.]+),([\d.]+),([\d.]+)\]/.exec(line);
  if (text === undefined || text.startsWith('f') || !box) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = box.slice(1).map(Number);
  const shown = x < view.width && y < view.height && x + width > 0 && y + height > 0;
  return shown ? { text, x, y, width, height } : undefined;
}
