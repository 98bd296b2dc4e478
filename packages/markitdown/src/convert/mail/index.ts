/** Mail: headers, text, attachments. */
import type { Converter } from '../converter.ts';
import { readEml } from './eml.ts';
import { readMsg } from './msg.ts';
import { mailDocument } from './mail.ts';

/** Converts .eml, .mhtml and .msg. */
export const mail: Converter = {
  name: 'mail',
  accepts: ({ kind }) => kind === 'eml' || kind === 'msg',
  async convert({ bytes, detected }, context) {
    return mailDocument(detected.kind === 'eml' ? await readEml(bytes) : readMsg(bytes), context);
  },
};
