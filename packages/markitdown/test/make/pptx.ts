/** Slides out of the XML of their shapes. */
import { zip } from './zip.ts';

const namespaces =
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relations = (list: [id: string, type: string, target: string, external?: boolean][]) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.map(([id, type, target, external]) => `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"${external ? ' TargetMode="External"' : ''}/>`).join('')}</Relationships>`;

export interface Slide {
  shapes: string;
  hidden?: boolean;
  notes?: string;
  relations?: [id: string, type: string, target: string, external?: boolean][];
}

export function pptx(slides: Slide[], files: Record<string, string | Uint8Array> = {}): Uint8Array {
  const all: Record<string, string | Uint8Array> = {
    '_rels/.rels': relations([['r1', 'officeDocument', 'ppt/presentation.xml']]),
    'ppt/presentation.xml': `<p:presentation ${namespaces}><p:sldIdLst>${slides.map((_, at) => `<p:sldId id="${256 + at}" r:id="s${at}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relations(slides.map((_, at) => [`s${at}`, 'slide', `slides/slide${at + 1}.xml`])),
    ...files,
  };
  for (const [at, slide] of slides.entries()) {
    all[`ppt/slides/slide${at + 1}.xml`] =
      `<p:sld ${namespaces}${slide.hidden ? ' show="0"' : ''}><p:cSld><p:spTree>${slide.shapes}</p:spTree></p:cSld></p:sld>`;
    all[`ppt/slides/_rels/slide${at + 1}.xml.rels`] = relations([
      ...(slide.relations ?? []),
      ...(slide.notes === undefined ? [] : [['n', 'notesSlide', `../notesSlides/n${at}.xml`] as [string, string, string]]),
    ]);
    if (slide.notes !== undefined)
      all[`ppt/notesSlides/n${at}.xml`] =
        `<p:notes ${namespaces}><p:cSld><p:spTree>${shape(line(slide.notes), { type: 'body' })}</p:spTree></p:cSld></p:notes>`;
  }
  return zip(all);
}

export const line = (text: string, properties = '', run = '') =>
  `<a:p>${properties}<a:r><a:rPr ${run.startsWith('<') ? '' : run}>${run.startsWith('<') ? run : ''}</a:rPr><a:t>${text}</a:t></a:r></a:p>`;

export const shape = (paragraphs: string, { type, x = 0, y = 0, descr }: { type?: string; x?: number; y?: number; descr?: string } = {}) =>
  `<p:sp><p:nvSpPr><p:cNvPr id="1" name="s"${descr ? ` descr="${descr}"` : ''}/><p:cNvSpPr/><p:nvPr>${type ? `<p:ph type="${type}"/>` : ''}</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="${x}" y="${y}"/><a:ext cx="1" cy="1"/></a:xfrm></p:spPr><p:txBody>${paragraphs}</p:txBody></p:sp>`;
