/** Compound files, and the old and the protected documents in them. */
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { CFB } from '@e965/xlsx';

/** A compound file out of its streams. */
export function compound(streams: Record<string, Uint8Array>): Uint8Array {
  const file: unknown = CFB.utils.cfb_new();
  for (const [name, content] of Object.entries(streams)) CFB.utils.cfb_add(file, `/${name}`, content);
  return new Uint8Array(CFB.write(file, { type: 'buffer' }) as Uint8Array);
}

/** A Word document of two pieces: one narrow, one wide. */
export function doc(narrow: string, wide: string): Uint8Array {
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

/** A PowerPoint file of two slides: a title with a text of two lines, and a text alone. */
export function ppt(title: string, text: string, next: string): Uint8Array {
  const wide = (value: string) => record(0x0fa0, Buffer.from(value, 'utf16le'));
  const header = (kind: number) => record(0x0f9f, Buffer.from([kind, 0, 0, 0]));
  const slide = record(0x03f3, Buffer.alloc(20));
  const texts = [slide, header(0), wide(title), header(1), wide(text), slide, header(1), record(0x0fa8, Buffer.from(next))];
  return compound({ 'PowerPoint Document': record(0x03e8, record(0x0ff0, Buffer.concat(texts), true), true) });
}

/** An Office document under a password, as programs since 2010 write it ("agile", MS-OFFCRYPTO 2.3.4.10). */
export function encrypted(document: Uint8Array, password: string): Uint8Array {
  const [salt, dataSalt, secret, input] = [randomBytes(16), randomBytes(16), randomBytes(32), randomBytes(16)];
  const rounds = 1000;
  const digest = (...parts: Uint8Array[]) => createHash('sha512').update(Buffer.concat(parts)).digest();
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const cipher = (key: Uint8Array, iv: Uint8Array, value: Uint8Array) => {
    const aes = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return Buffer.concat([aes.update(Buffer.concat([value, Buffer.alloc((16 - (value.length % 16)) % 16)])), aes.final()]);
  };
  let key = digest(salt, Buffer.from(password, 'utf16le'));
  for (let round = 0; round < rounds; round++) key = digest(number(round), key);
  const sealed = (block: string, value: Uint8Array) =>
    cipher(digest(key, Buffer.from(block, 'hex')).subarray(0, 32), salt, value).toString('base64');
  const info = `<?xml version="1.0"?><encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="${dataSalt.toString('base64')}"/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="${rounds}" saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="${salt.toString('base64')}" encryptedVerifierHashInput="${sealed('fea7d2763b4b9e79', input)}" encryptedVerifierHashValue="${sealed('d7aa0f6d3061344e', digest(input))}" encryptedKeyValue="${sealed('146e0be7abacd0d6', secret)}"/></keyEncryptor></keyEncryptors></encryption>`;
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(document.length));
  const parts: Uint8Array[] = [size];
  for (let at = 0; at < document.length; at += 4096)
    parts.push(cipher(secret, digest(dataSalt, number(at / 4096)).subarray(0, 16), document.subarray(at, at + 4096)));
  return compound({
    EncryptionInfo: Buffer.concat([Buffer.from('0400040040000000', 'hex'), Buffer.from(info)]),
    EncryptedPackage: Buffer.concat(parts),
  });
}
