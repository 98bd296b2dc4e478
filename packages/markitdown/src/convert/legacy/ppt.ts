/** Old PowerPoint files: titles and text of the slides. */
import type { ConvertContext, Converter } from '../converter.ts';
import { ConvertError } from '../errors.ts';
import { type Block, heading, paragraph } from '../model/document.ts';
import { selectPages } from '../pages.ts';
import { openCompound } from './compound.ts';

const slideList = 0x0ff0;
const slideStart = 0x03f3;
const textHeader = 0x0f9f;
const wideText = 0x0fa0;
const narrowText = 0x0fa8;

/** Token of the stream "Current User" when the presentation is encrypted, from MS-PPT 2.3.2. */
const protectedToken = 0xf3d1c4df;

function isProtected(user: Uint8Array | undefined): boolean {
  return (
    user !== undefined &&
    user.length >= 16 &&
    new DataView(user.buffer, user.byteOffset, user.byteLength).getUint32(12, true) === protectedToken
  );
}

interface Slide {
  title: string;
  readonly texts: string[];
}

/** Converts .ppt. */
export const ppt: Converter = {
  name: 'ppt',
  accepts: ({ kind }) => kind === 'ppt',
  convert({ bytes }, context: ConvertContext) {
    const file = openCompound(bytes);
    if (isProtected(file.stream('Current User'))) throw new ConvertError('encrypted', 'The presentation is password protected.');
    const stream = file.stream('PowerPoint Document');
    if (!stream) throw new ConvertError('malformed', 'The presentation has no text stream.');
    const slides = readSlides(stream);
    const wanted = selectPages(context.options.pages, slides.length);
    const blocks = slides.flatMap(({ title, texts }, at): Block[] => {
      if (!wanted(at + 1)) return [];
      const marker: Block[] = context.options.pageMarkers === false ? [] : [{ type: 'marker', text: `Slide number: ${at + 1}` }];
      return [...marker, ...(title === '' ? [] : [heading(1, title)]), ...texts.map(paragraph)];
    });
    return {
      blocks,
      metadata: { slides: String(slides.length) },
      warnings: ['Read as text: tables, pictures and levels of old presentations are not kept.'],
    };
  },
};

/** The outline text of the slides stands in one list. */
function readSlides(stream: Uint8Array): Slide[] {
  const slides: Slide[] = [];
  let kind = 4;
  walk(stream, 0, (type, instance, body) => {
    if (type === slideList) return instance === 0;
    if (type === slideStart) slides.push({ title: '', texts: [] });
    else if (type === textHeader) kind = body[0] ?? 4;
    else if (type === wideText || type === narrowText) {
      const text = new TextDecoder(type === wideText ? 'utf-16le' : 'windows-1252').decode(body);
      const slide = slides.at(-1);
      const isTitle = kind === 0 || kind === 6;
      if (slide && isTitle && slide.title === '') slide.title = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
      else
        slide?.texts.push(
          ...text
            .split('\r')
            .map((line) => line.replaceAll('\u000b', '\n').trim())
            .filter((line) => line !== ''),
        );
    }
    return true;
  });
  return slides;
}

/** Visits records; those that hold others are entered when `visit` says so. */
function walk(bytes: Uint8Array, depth: number, visit: (type: number, instance: number, body: Uint8Array) => boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length;) {
    const head = view.getUint16(at, true);
    const body = bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4, true));
    const enter = visit(view.getUint16(at + 2, true), head >> 4, body);
    if ((head & 0xf) === 0xf && enter && depth < 32) walk(body, depth + 1, visit);
    at += 8 + body.length;
  }
}
