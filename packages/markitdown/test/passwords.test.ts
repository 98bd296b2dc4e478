/** Documents that are password protected: said so for each format, and opened where the password is given. */
import { writeFile } from 'node:fs/promises';
import { createCipheriv, createHash } from 'node:crypto';
import { join } from 'node:path';
import { connect, temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { convert } from '../src/convert/index.ts';
import { markitdown } from '../src/index.ts';
import { compound, doc, encrypted } from './make/compound.ts';
import { docx, p } from './make/docx.ts';
import { lockedPdf } from './make/locked-pdf.ts';
import { odf } from './make/odf.ts';
import { samples } from './make/samples.ts';
import { zip } from './make/zip.ts';

const refusal = (message: RegExp) => ({ name: 'ConvertError', code: 'encrypted', message: expect.stringMatching(message) });

describe('password protected documents', () => {
  it('opens PDF with the password, and says what is missing without', async () => {
    const bytes = lockedPdf('Behind the lock', 'open sesame');
    expect((await convert(bytes, { password: 'open sesame' })).markdown).toBe('Behind the lock\n');
    await expect(convert(bytes)).rejects.toMatchObject(refusal(/password protected\.$/));
    await expect(convert(bytes, { password: 'wrong' })).rejects.toMatchObject(
      refusal(/password protected, and the given password does not open it/),
    );
  });

  for (const filename of ['text.docx', 'slides.pptx', 'book.xlsx']) {
    it(`opens ${filename} with the password, and says what is missing without`, async () => {
      const open = samples[filename] ?? new Uint8Array();
      const bytes = encrypted(open, 'pässword');
      const hints = { filename };
      expect((await convert(bytes, { hints, password: 'pässword' })).markdown).toBe((await convert(open, { hints })).markdown);
      await expect(convert(bytes, { hints })).rejects.toMatchObject(refusal(/password protected\.$/));
      await expect(convert(bytes, { hints, password: 'no' })).rejects.toMatchObject(refusal(/does not open it/));
    });
  }

  it('opens Office documents of 2007 too', async () => {
    const inside = docx(p('older'));
    const digest = (...parts: Uint8Array[]) => createHash('sha1').update(Buffer.concat(parts)).digest();
    const number = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      return bytes;
    };
    const salt = Buffer.alloc(16, 3);
    let key = digest(salt, Buffer.from('pw', 'utf16le'));
    for (let round = 0; round < 50_000; round++) key = digest(number(round), key);
    key = digest(key, number(0));
    const secret = digest(Buffer.alloc(64, 0x36).map((byte, at) => byte ^ (key[at] ?? 0))).subarray(0, 16);
    const seal = (value: Uint8Array) => {
      const cipher = createCipheriv('aes-128-ecb', secret, null).setAutoPadding(false);
      return Buffer.concat([cipher.update(Buffer.concat([value, Buffer.alloc((16 - (value.length % 16)) % 16)])), cipher.final()]);
    };
    const header = Buffer.alloc(32);
    header.writeUInt32LE(128, 16);
    const verifier = Buffer.alloc(16, 9);
    const info = [
      Buffer.from('0300020024000000', 'hex'),
      number(32),
      header,
      number(16),
      salt,
      seal(verifier),
      number(20),
      seal(digest(verifier)),
    ];
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(inside.length));
    const bytes = compound({ EncryptionInfo: Buffer.concat(info), EncryptedPackage: Buffer.concat([size, seal(inside)]) });
    expect((await convert(bytes, { password: 'pw' })).markdown).toBe('older\n');
    await expect(convert(bytes, { password: 'wp' })).rejects.toMatchObject(refusal(/does not open it/));
  });

  it('says so for .doc, .ppt, OpenDocument and ZIP', async () => {
    const word = doc('x\r', 'y\r');
    word[Buffer.from(word).indexOf(Buffer.from('eca5', 'hex')) + 0x0b] = 0x03;
    await expect(convert(word)).rejects.toMatchObject(refusal(/password protected/));
    const user = Buffer.alloc(20);
    user.writeUInt32LE(0xf3d1c4df, 12);
    await expect(convert(compound({ 'Current User': user, 'PowerPoint Document': Buffer.alloc(8) }))).rejects.toMatchObject(
      refusal(/password protected/),
    );
    const manifest =
      '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>';
    await expect(convert(odf('text', '', '', { 'META-INF/manifest.xml': Buffer.from(manifest) }))).rejects.toMatchObject(
      refusal(/password protected/),
    );
    const locked = zip({ 'a.txt': 'x' });
    for (let at = 0; at + 10 < locked.length; at++)
      if (locked[at] === 0x50 && locked[at + 1] === 0x4b && locked[at + 2] === 1) locked[at + 8] = (locked[at + 8] ?? 0) | 1;
    expect((await convert(locked)).warnings.join()).toMatch(/password protected/);
  });

  it('takes the password over MCP', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'in.docx'), encrypted(docx(p('secret')), 'pw'));
    await using client = await connect(markitdown, { workspace: folder.path });
    expect((await client.call('markitdown_convert', { uri: 'in.docx' })).error).toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect((await client.call('markitdown_convert', { uri: 'in.docx', password: 'pw' })).text).toBe('secret\n');
  });

  it('does not hash for a document as often as it likes', async () => {
    const bytes = Buffer.from(encrypted(docx(p('x')), 'pw'));
    const at = bytes.indexOf('spinCount="1000"');
    bytes.write('spinCount="9e99"', at);
    await expect(convert(bytes, { password: 'pw' })).rejects.toMatchObject({ code: 'limit' });
  });
});
