/** Charts and diagrams that a document shows: their data and their text. */
import type { Block } from '../model/document.ts';
import { chartBlocks } from '../ooxml/chart.ts';
import { diagramBlocks } from '../ooxml/diagram.ts';
import type { DocxPart } from './part.ts';

/** The blocks of a related part. */
export function relatedBlocks(id: string, part: DocxPart): Block[] {
  const root = part.package.xml(part.partName(id));
  if (!root) return [];
  return root.name === 'c:chartSpace' ? chartBlocks(root) : diagramBlocks(root);
}
