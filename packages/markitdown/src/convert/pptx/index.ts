/** PowerPoint: every slide with its title, text, tables, charts, pictures and notes. */
import type { ConvertContext, Converter, Input } from '../converter.ts';
import type { Block, Document } from '../model/document.ts';
import { OfficePackage } from '../ooxml/package.ts';
import { selectPages } from '../pages.ts';
import { child, children, type XmlElement } from '../xml/tree.ts';
import { commentBlocks, notesBlocks } from './notes.ts';
import { Layouts } from './placeholders.ts';
import { SlideReader } from './slide.ts';

/** Converts .pptx, .pptm, .ppsx, .potx. */
export const pptx: Converter = { name: 'pptx', accepts: ({ kind }) => kind === 'pptx', convert };

function convert({ bytes }: Input, context: ConvertContext): Document {
  const { options } = context;
  const pack = new OfficePackage(bytes, context);
  const main = pack.mainPart('ppt/presentation.xml');
  const relationships = pack.relationships(main);
  const names = children(child(pack.xml(main), 'p:sldIdLst'), 'p:sldId')
    .map(({ attributes }) => relationships.get(attributes['r:id'] ?? '')?.target)
    .filter((name) => name !== undefined);
  const wanted = selectPages(options.pages, names.length);
  const layouts = new Layouts(pack);
  const blocks: Block[] = [];
  let hidden = 0;
  for (const [index, name] of names.entries()) {
    const number = index + 1;
    if (!wanted(number)) continue;
    context.check();
    context.progress(index, names.length);
    const slide = pack.xml(name);
    if (!slide) continue;
    if (isHidden(slide) && options.hidden !== true) {
      hidden++;
      continue;
    }
    if (options.pageMarkers !== false) blocks.push({ type: 'marker', text: `Slide number: ${number}` });
    blocks.push(...new SlideReader(name, pack, layouts).read(slide));
    if (options.notes !== false) blocks.push(...notesBlocks(name, pack));
    if (options.comments !== false) blocks.push(...commentBlocks(name, pack));
  }
  const properties = pack.properties();
  return {
    blocks,
    metadata: { ...properties, slides: String(names.length) },
    ...(properties['title'] && { title: properties['title'] }),
    ...(hidden > 0 && { warnings: [`${hidden} hidden ${hidden === 1 ? 'slide was' : 'slides were'} left out.`] }),
  };
}

function isHidden(slide: XmlElement): boolean {
  return /^(?:0|false)$/.test(slide.attributes['show'] ?? '1');
}
