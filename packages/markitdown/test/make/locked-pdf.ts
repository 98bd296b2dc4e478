/** PDF files under a password. */
import { createHash } from 'node:crypto';
import { write } from './tagged-pdf.ts';

/** A PDF under a password: 128 bit RC4 (revision 3 of the standard handler, ISO 32000-1, 7.6.3). */
export function lockedPdf(text: string, password: string): Uint8Array {
  const filler = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
  const md5 = (...parts: Uint8Array[]) => createHash('md5').update(Buffer.concat(parts)).digest();
  const padded = Buffer.concat([Buffer.from(password, 'latin1'), filler]).subarray(0, 32);
  const rc4 = (key: Uint8Array, value: Uint8Array) => {
    const state = Uint8Array.from({ length: 256 }, (_, at) => at);
    for (let at = 0, other = 0; at < 256; at++) {
      other = (other + (state[at] ?? 0) + (key[at % key.length] ?? 0)) & 255;
      [state[at], state[other]] = [state[other] ?? 0, state[at] ?? 0];
    }
    let [a, b] = [0, 0];
    return Uint8Array.from(value, (byte) => {
      a = (a + 1) & 255;
      b = (b + (state[a] ?? 0)) & 255;
      [state[a], state[b]] = [state[b] ?? 0, state[a] ?? 0];
      return byte ^ (state[((state[a] ?? 0) + (state[b] ?? 0)) & 255] ?? 0);
    });
  };
  const rounds = (key: Uint8Array, value: Uint8Array) => {
    let result = value;
    for (let round = 0; round < 20; round++)
      result = rc4(
        key.map((byte) => byte ^ round),
        result,
      );
    return result;
  };
  let ownerKey = md5(padded);
  for (let round = 0; round < 50; round++) ownerKey = md5(ownerKey);
  const owner = rounds(ownerKey, padded);
  const id = Buffer.alloc(16, 7);
  const permissions = Buffer.from([0xfc, 0xff, 0xff, 0xff]);
  let key = md5(padded, owner, permissions, id);
  for (let round = 0; round < 50; round++) key = md5(key);
  const user = Buffer.concat([rounds(key, md5(filler, id)), Buffer.alloc(16)]);
  const objectKey = md5(key, Buffer.from([4, 0, 0, 0, 0]));
  const content = Buffer.from(rc4(objectKey, Buffer.from(`BT /F1 12 Tf 50 700 Td (${text}) Tj ET`))).toString('latin1');
  const hex = (bytes: Uint8Array) => `<${Buffer.from(bytes).toString('hex')}>`;
  const plain = write([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
    `<</Filter/Standard/V 2/R 3/Length 128/P -4/O ${hex(owner)}/U ${hex(user)}>>`,
  ]);
  return Buffer.from(
    Buffer.from(plain)
      .toString('latin1')
      .replace('/Root 1 0 R', `/Root 1 0 R/Encrypt 6 0 R/ID[${hex(id)}${hex(id)}]`),
    'latin1',
  );
}
