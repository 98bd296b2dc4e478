import { CFB } from '@e965/xlsx';
import { describe, expect, it } from 'vitest';
import { convert } from '../index.ts';

function compound(streams: Record<string, Uint8Array>): Uint8Array {
  const file: unknown = CFB.utils.cfb_new();
  for (const [name, content] of Object.entries(streams)) CFB.utils.cfb_add(file, `/${name}`, content);
  return new Uint8Array(CFB.write(file, { type: 'buffer' }) as Uint8Array);
}

/** A document of two pieces: one narrow, one wide. */
function doc(narrow: string, wide: string): Uint8Array {
  const main = Buffer.alloc(0x400 + narrow.length + wide.length * 2);
  const table = Buffer.alloc(5 + 12 + 16);
  main.writeUInt16LE(0xa5ec, 0);
  main.writeUInt16LE(0x200, 0x0a);
  main.writeUInt32LE(0, 0x1a2);
  main.writeUInt32LE(table.length, 0x1a6);
  main.write(narrow, 0x400, 'latin1');
  main.write(wide, 0x400 + narrow.length, 'utf16le');
  table[0] = 2;
  table.writeUInt32LE(28, 1);
  table.writeUInt32LE(narrow.length, 9);
  table.writeUInt32LE(narrow.length + wide.length, 13);
  table.writeUInt32LE(0x40000000 + 0x400 * 2, 17 + 2);
  table.writeUInt32LE(0x400 + narrow.length, 25 + 2);
  return compound({ WordDocument: main, '1Table': table });
}

function record(type: number, body: Uint8Array, container = false): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(container ? 0xf : 0, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

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
    const text = (value: string) => record(0x0fa0, Buffer.from(value, 'utf16le'));
    const header = (kind: number) => record(0x0f9f, Buffer.from([kind, 0, 0, 0]));
    const list = record(
      0x0ff0,
      Buffer.concat([
        record(0x03f3, Buffer.alloc(20)),
        header(0),
        text('Title'),
        header(1),
        text('one\rtwo'),
        record(0x03f3, Buffer.alloc(20)),
        header(1),
        record(0x0fa8, Buffer.from('next')),
      ]),
      true,
    );
    const bytes = compound({ 'PowerPoint Document': record(0x03e8, list, true) });
    expect((await convert(bytes, { pageMarkers: false })).markdown).toBe('# Title\n\none\n\ntwo\n\nnext\n');
  });
});
