/** RTF documents. */
import type { Converter } from '../converter.ts';
import { RtfReader } from './reader.ts';

/** Converts .rtf. */
export const rtf: Converter = {
  name: 'rtf',
  accepts: ({ kind }) => kind === 'rtf',
  convert({ bytes }, context) {
    return new RtfReader(context).read(bytes);
  },
};
