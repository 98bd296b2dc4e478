/** Pictures: their size and what their camera or author wrote into them. */
import exifReader from 'exifreader';
import type { Converter } from '../converter.ts';
import { noOcrEngine, pictureText } from '../engines/ocr.ts';
import { type Block, text } from '../model/document.ts';

const wanted: Readonly<Record<string, string>> = {
  Title: 'title',
  ObjectName: 'Object Name',
  Headline: 'Headline',
  Caption: 'Caption/Abstract',
  Description: 'ImageDescription',
  Keywords: 'Keywords',
  Artist: 'Artist',
  Author: 'creator',
  DateTimeOriginal: 'DateTimeOriginal',
  CreateDate: 'CreateDate',
  Copyright: 'Copyright',
  Make: 'Make',
  Model: 'Model',
};

/** Converts .jpg, .png, .webp, .gif, .heic, .tiff, .avif. */
export const picture: Converter = {
  name: 'image',
  accepts: ({ kind }) => kind === 'image',
  async convert({ bytes, detected }, context) {
    const { options } = context;
    const facts = factsOf(bytes);
    const name = detected.filename ?? 'image';
    const blocks: Block[] = Object.entries(facts).map(([label, value]) => ({ type: 'paragraph', content: [text(`${label}: ${value}`)] }));
    const shown: Block = {
      type: 'paragraph',
      content: [
        {
          type: 'image',
          alt: facts['Description'] ?? facts['Title'] ?? '',
          name,
          mimetype: detected.mimetype ?? 'image/*',
          bytes: () => bytes,
        },
      ],
    };
    const read = options.ocr === 'auto' || options.ocr === 'force' ? await pictureText(bytes, context) : [];
    const all = [...(options.images === 'alt' ? [] : [shown]), ...blocks, ...(read ?? [])];
    return { blocks: all, metadata: facts, ...(!read && { warnings: [noOcrEngine] }) };
  },
};

function factsOf(bytes: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  try {
    const tags: Record<string, unknown> = { ...exifReader.load(Uint8Array.from(bytes).buffer) };
    const width = described(tags['Image Width']).replace(/px$/, '');
    const height = described(tags['Image Height']).replace(/px$/, '');
    if (width && height) found['ImageSize'] = `${width}x${height}`;
    for (const [label, tag] of Object.entries(wanted)) {
      const value = described(tags[tag]);
      if (value) found[label] = value;
    }
    const [latitude, longitude] = [described(tags['GPSLatitude']), described(tags['GPSLongitude'])];
    if (latitude && longitude) found['GPSPosition'] = `${latitude}, ${longitude}`;
  } catch {
    // A picture without readable facts is still a picture.
  }
  return found;
}

function described(tag: unknown): string {
  const one: unknown = Array.isArray(tag) ? tag.map(described).join(', ') : tag;
  if (typeof one === 'string') return one;
  return typeof one === 'object' && one !== null && 'description' in one ? String(one.description).trim() : '';
}
