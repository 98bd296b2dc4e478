import { describe, expect, it } from 'vitest';
import { doc, ppt } from '../../../test/make/compound.ts';
import { convert } from '../index.ts';

describe('old Office files', () => {
  it('reads the text and tables of .doc', async () => {
    const { markdown, kind } = await convert(
      doc('Caf\u00e9 text\ra\u0007b\u0007\u0007c\u0007d\u0007\u0007', 'after \u0013 HYPERLINK "x" \u0014\u041b\u0015\r'),
    );
    expect(kind).toBe('doc');
    expect(markdown).toBe('Café text\n\n| a | b |\n| --- | --- |\n| c | d |\n\nafter Л\n');
  });

  it('says when a .doc is protected', async () => {
    const bytes = doc('x\r', 'y\r');
    const at = Buffer.from(bytes).indexOf(Buffer.from('eca5', 'hex'));
    bytes[at + 0x0b] = 0x03;
    await expect(convert(bytes)).rejects.toMatchObject({ code: 'encrypted' });
  });

  it('reads the titles and texts of .ppt', async () => {
    const bytes = ppt('Title', 'one\rtwo', 'next');
    expect((await convert(bytes, { pageMarkers: false })).markdown).toBe('# Title\n\none\n\ntwo\n\nnext\n');
  });
});
