/**
 * Opens Office documents that are password protected. They are compound files with the streams EncryptionInfo and
 * EncryptedPackage; the formats are "agile" (2010 and later) and "standard" (2007), from MS-OFFCRYPTO 2.3.
 */
import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { ConvertError } from '../errors.ts';
import { openCompound } from '../legacy/compound.ts';
import { descendants, parseXml } from '../xml/tree.ts';

const verifierInputKey = Buffer.from('fea7d2763b4b9e79', 'hex');
const verifierHashKey = Buffer.from('d7aa0f6d3061344e', 'hex');
const packageKey = Buffer.from('146e0be7abacd0d6', 'hex');
const segmentBytes = 4096;
/** More rounds than any program uses; a document may ask for as many as it likes. */
const mostRounds = 1_000_000;

/**
 * Decrypts a document.
 *
 * @param bytes the compound file
 * @param label how errors name the document
 * @returns the package inside, a ZIP file
 * @throws ConvertError `encrypted` without a password, or with a wrong one
 */
export function decryptOffice(bytes: Uint8Array, password: string | undefined, label: string): Uint8Array {
  if (password === undefined) throw new ConvertError('encrypted', `${label} is password protected.`);
  const file = openCompound(bytes);
  const info = file.stream('EncryptionInfo');
  const content = file.stream('EncryptedPackage');
  if (!info || !content || info.length < 8 || content.length < 8)
    throw new ConvertError('malformed', `${label} is password protected, and its encryption is broken.`);
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const isAgile = view.getUint16(0, true) === 4 && view.getUint16(2, true) === 4;
  const size = Number(new DataView(content.buffer, content.byteOffset, 8).getBigUint64(0, true));
  const data = content.subarray(8);
  const opened = isAgile ? agile(info.subarray(8), data, password, label) : standard(info, data, password, label);
  return opened.subarray(0, Math.min(size, opened.length));
}

function agile(info: Uint8Array, data: Uint8Array, password: string, label: string): Uint8Array {
  const root = parseXml(info);
  const keyData = descendants(root, 'keyData')[0]?.attributes ?? {};
  const own = descendants(root, 'p:encryptedKey')[0]?.attributes ?? descendants(root, 'encryptedKey')[0]?.attributes;
  if (!own) throw new ConvertError('encrypted', `${label} is password protected in a way that is not supported.`);
  const hash = hashName(own['hashAlgorithm'], label);
  const rounds = Number(own['spinCount'] ?? 0);
  if (!(rounds <= mostRounds))
    throw new ConvertError('limit', `${label} asks for ${rounds} rounds of hashing; the limit is ${mostRounds}.`);
  const salt = bytesOf(own['saltValue']);
  let key = digest(hash, salt, Buffer.from(password, 'utf16le'));
  for (let round = 0; round < rounds; round++) key = digest(hash, littleEndian(round), key);
  const keyBytes = Number(own['keyBits'] ?? 256) / 8;
  const open = (block: Uint8Array, value: string | undefined) =>
    decipher(keyBytes, fitted(digest(hash, key, block), keyBytes), fitted(salt, 16), bytesOf(value), label);
  const expected = open(verifierHashKey, own['encryptedVerifierHashValue']);
  const found = digest(hash, open(verifierInputKey, own['encryptedVerifierHashInput']).subarray(0, salt.length));
  if (!sameStart(found, expected)) throw wrongPassword(label);
  const secret = open(packageKey, own['encryptedKeyValue']).subarray(0, keyBytes);
  const dataSalt = bytesOf(keyData['saltValue']);
  const dataHash = hashName(keyData['hashAlgorithm'], label);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += segmentBytes) {
    const iv = fitted(digest(dataHash, dataSalt, littleEndian(at / segmentBytes)), 16);
    const segment = data.subarray(at, at + segmentBytes);
    parts.push(decipher(keyBytes, secret, iv, segment.subarray(0, segment.length - (segment.length % 16)), label));
  }
  return Buffer.concat(parts);
}

function standard(info: Uint8Array, data: Uint8Array, password: string, label: string): Uint8Array {
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const headerBytes = info.length >= 12 ? view.getUint32(8, true) : 0;
  const verifier = 12 + headerBytes;
  if (info.length < verifier + 72 || headerBytes < 20)
    throw new ConvertError('encrypted', `${label} is password protected in a way that is not supported.`);
  const keyBytes = view.getUint32(12 + 16, true) / 8;
  let key = digest('sha1', info.subarray(verifier + 4, verifier + 20), Buffer.from(password, 'utf16le'));
  for (let round = 0; round < 50_000; round++) key = digest('sha1', littleEndian(round), key);
  key = digest('sha1', key, littleEndian(0));
  const mixed = Buffer.alloc(64, 0x36);
  for (const [at, byte] of key.entries()) mixed[at] = (mixed[at] ?? 0) ^ byte;
  const secret = digest('sha1', mixed).subarray(0, keyBytes);
  const open = (value: Uint8Array) => decipher(keyBytes, secret, null, value.subarray(0, value.length - (value.length % 16)), label);
  const found = digest('sha1', open(info.subarray(verifier + 20, verifier + 36)));
  if (!sameStart(found, open(info.subarray(verifier + 40, verifier + 72)))) throw wrongPassword(label);
  return open(data);
}

function decipher(keyBytes: number, key: Uint8Array, iv: Uint8Array | null, value: Uint8Array, label: string): Buffer {
  if (![16, 24, 32].includes(keyBytes) || key.length !== keyBytes)
    throw new ConvertError('encrypted', `${label} is password protected in a way that is not supported.`);
  const cipher = createDecipheriv(`aes-${keyBytes * 8}-${iv ? 'cbc' : 'ecb'}`, key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(value), cipher.final()]);
}

function digest(hash: string, ...parts: Uint8Array[]): Buffer {
  const sum = createHash(hash);
  for (const part of parts) sum.update(part);
  return sum.digest();
}

function hashName(name: string | undefined, label: string): string {
  const plain = (name ?? '').toLowerCase().replace('-', '');
  if (!['sha1', 'sha256', 'sha384', 'sha512'].includes(plain))
    throw new ConvertError('encrypted', `${label} is password protected in a way that is not supported.`);
  return plain;
}

/** Cut, or filled as the format says. */
function fitted(bytes: Uint8Array, length: number): Buffer {
  return Buffer.concat([bytes.subarray(0, length), Buffer.alloc(Math.max(0, length - bytes.length), 0x36)]);
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function bytesOf(value: string | undefined): Buffer {
  return Buffer.from(value ?? '', 'base64');
}

function sameStart(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length);
  return length >= 16 && timingSafeEqual(a.subarray(0, length), b.subarray(0, length));
}

function wrongPassword(label: string): ConvertError {
  return new ConvertError('encrypted', `${label} is password protected, and the given password does not open it.`);
}
