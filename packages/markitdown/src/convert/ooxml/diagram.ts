/** The text of a diagram (SmartArt), as a list. */
import type { Block } from '../model/document.ts';
import { type FlatItem, nestItems } from '../model/lists.ts';
import { paragraph } from '../model/document.ts';
import { child, children, descendants, textOf, type XmlElement } from '../xml/tree.ts';

/** Reads the data part of a diagram: points, and which is below which. */
export function diagramBlocks(root: XmlElement): Block[] {
  const texts = new Map<string, string>();
  for (const point of children(child(root, 'dgm:ptLst'), 'dgm:pt')) {
    const words = descendants(child(point, 'dgm:t'), 'a:p')
      .map((line) => descendants(line, 'a:t').map(textOf).join(''))
      .join(' ')
      .trim();
    texts.set(point.attributes['modelId'] ?? '', words);
  }
  const below = new Map<string, string[]>();
  const targets = new Set<string>();
  for (const { attributes } of children(child(root, 'dgm:cxnLst'), 'dgm:cxn')) {
    if (attributes['type'] !== undefined && attributes['type'] !== 'parOf') continue;
    const from = attributes['srcId'] ?? '';
    const to = attributes['destId'] ?? '';
    below.set(from, [...(below.get(from) ?? []), to]);
    targets.add(to);
  }
  const items: FlatItem[] = [];
  const seen = new Set<string>();
  const visit = (id: string, level: number) => {
    if (seen.has(id) || level > 32) return;
    seen.add(id);
    const words = texts.get(id) ?? '';
    if (words) items.push({ level, ordered: false, blocks: [paragraph(words)] });
    for (const next of below.get(id) ?? []) visit(next, words ? level + 1 : level);
  };
  for (const id of texts.keys()) if (!targets.has(id)) visit(id, 0);
  return nestItems(items);
}
