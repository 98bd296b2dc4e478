/** Slides of OpenDocument. */
import { type Block, heading } from '../model/document.ts';
import type { ConvertOptions } from '../options.ts';
import { child, children, textOf, type XmlElement } from '../xml/tree.ts';
import type { TextReader } from './text.ts';

const furniture: ReadonlySet<string> = new Set(['footer', 'header', 'date-time', 'page-number']);

/** The blocks of one slide: its title, its frames from top to bottom, its notes. */
export function slideBlocks(slide: XmlElement, number: number, reader: TextReader, options: ConvertOptions): Block[] {
  const frames = children(slide).filter(
    ({ name, attributes }) => name.startsWith('draw:') && !furniture.has(attributes['presentation:class'] ?? ''),
  );
  const title = frames.find(({ attributes }) => attributes['presentation:class'] === 'title');
  const words = title ? textOf(title).replaceAll(/\s+/g, ' ').trim() : '';
  const others = frames
    .filter((frame) => frame !== title)
    .toSorted(
      (a, b) =>
        lengthOf(a.attributes['svg:y']) - lengthOf(b.attributes['svg:y']) ||
        lengthOf(a.attributes['svg:x']) - lengthOf(b.attributes['svg:x']),
    );
  const notes = options.notes === false ? undefined : child(slide, 'presentation:notes');
  const spoken = children(notes, 'draw:frame')
    .filter(({ attributes }) => attributes['presentation:class'] === 'notes')
    .flatMap((frame) => reader.frame(frame));
  return [
    ...(options.pageMarkers === false ? [] : [{ type: 'marker' as const, text: `Slide number: ${number}` }]),
    ...(words === '' ? [] : [heading(1, words)]),
    ...others.flatMap((frame) => (frame.name === 'draw:g' ? reader.read(frame) : reader.frame(frame))),
    ...(spoken.length > 0 ? [heading(3, 'Notes:'), ...spoken] : []),
  ];
}

function lengthOf(value: string | undefined): number {
  const [, number = '0', unit = ''] = /^(-?[\d.]+)([a-z]*)$/.exec(value ?? '0') ?? [];
  const factors: Record<string, number> = { cm: 28.35, mm: 2.835, in: 72, pt: 1, pc: 12 };
  return Number(number) * (factors[unit] ?? 1);
}
