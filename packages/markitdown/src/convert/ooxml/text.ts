/** Text of DrawingML: paragraphs with levels, bullets, links and marks. Slides and their notes are made of it. */
import type { Inline, Run } from '../model/document.ts';
import { child, children, descendants, textOf, type XmlElement } from '../xml/tree.ts';
import { ommlToLatex } from './omml.ts';
import type { Relationship } from './package.ts';

/** One paragraph. */
export interface DrawingParagraph {
  readonly content: readonly Inline[];
  readonly level: number;
  /** Undefined when the paragraph itself says nothing about bullets. */
  readonly bullet: 'none' | 'bullet' | 'number' | undefined;
  readonly startAt: number;
}

/** The paragraphs of a text body. */
export function drawingParagraphs(body: XmlElement | undefined, relationships: ReadonlyMap<string, Relationship>): DrawingParagraph[] {
  return children(body, 'a:p').map((paragraph) => {
    const properties = child(paragraph, 'a:pPr');
    const number = child(properties, 'a:buAutoNum');
    return {
      content: contentOf(paragraph, relationships),
      level: Math.min(8, Number(properties?.attributes['lvl'] ?? 0) || 0),
      bullet: bulletOf(properties),
      startAt: Number(number?.attributes['startAt'] ?? 1),
    };
  });
}

/** What paragraph properties say about bullets. */
export function bulletOf(properties: XmlElement | undefined): DrawingParagraph['bullet'] {
  if (child(properties, 'a:buNone')) return 'none';
  if (child(properties, 'a:buAutoNum')) return 'number';
  return child(properties, 'a:buChar') || child(properties, 'a:buBlip') ? 'bullet' : undefined;
}

function contentOf(paragraph: XmlElement, relationships: ReadonlyMap<string, Relationship>): Inline[] {
  const content: Inline[] = [];
  for (const element of children(paragraph)) {
    if (element.name === 'a:r' || element.name === 'a:fld') {
      const text = textOf(child(element, 'a:t')).replaceAll('\u000b', '\n');
      const marks = marksOf(child(element, 'a:rPr'), relationships);
      text.split('\n').forEach((line, at) => {
        if (at > 0) content.push({ type: 'break' });
        if (line !== '') content.push({ type: 'text', text: line, ...marks });
      });
    } else if (element.name === 'a:br') content.push({ type: 'break' });
    else
      for (const math of descendants({ name: '', attributes: {}, children: [element] }, 'm:oMath'))
        content.push({ type: 'math', latex: ommlToLatex(math) });
  }
  return content;
}

function marksOf(properties: XmlElement | undefined, relationships: ReadonlyMap<string, Relationship>): Omit<Run, 'type' | 'text'> {
  const attributes = properties?.attributes ?? {};
  const isOn = (name: string) => /^(?:1|true)$/.test(attributes[name] ?? '');
  const target = relationships.get(child(properties, 'a:hlinkClick')?.attributes['r:id'] ?? '');
  const baseline = Number(attributes['baseline'] ?? 0);
  return {
    ...(isOn('b') && { bold: true }),
    ...(isOn('i') && { italic: true }),
    ...((attributes['strike'] ?? '').endsWith('Strike') && { strike: true }),
    ...(baseline > 0 && { script: 'super' as const }),
    ...(baseline < 0 && { script: 'sub' as const }),
    ...(target?.external && { href: target.target }),
  };
}
