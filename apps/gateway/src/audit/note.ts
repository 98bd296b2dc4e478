/**
 * Checkpoints as signed notes: the text form of https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note, with the head of the
 * chain in place of a tree's root.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ToolError } from '@sandlot/core';
import { z } from 'zod';

/** Signs checkpoints of one log. */
export interface Signer {
  /** Name of the log. */
  readonly origin: string;
  /** The public key as a verifier key: `<origin>+<key id>+<base64>`. */
  readonly key: string;
  /** Makes a signed note that says: the log has `size` records and the last one has the hash `head`. */
  sign(size: number, head: string): string;
}

/** What a checkpoint says. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  /** SHA-256 of the last record, in hex. */
  readonly head: string;
}

const algorithm = Buffer.from([1]);
const jwkSchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

/**
 * Reads an Ed25519 private key from a PEM file, or makes one that lives in memory only.
 *
 * @throws ToolError INVALID_ARGUMENT when the file holds no such key
 */
export async function signingKey(path: string | undefined): Promise<KeyObject> {
  if (path === undefined) return generateKeyPairSync('ed25519').privateKey;
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is of the type ${key.asymmetricKeyType}`);
    return key;
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `"${path}" is not an Ed25519 private key in PEM form.`, {
      cause: error,
      advice: 'Make one with: openssl genpkey -algorithm ed25519 -out audit.pem',
    });
  }
}

/** Makes a signer for the log that is called `origin`. */
export function createSigner(origin: string, privateKey: KeyObject): Signer {
  const raw = rawKey(createPublicKey(privateKey));
  const id = keyId(origin, raw);
  return {
    origin,
    key: `${origin}+${id.toString('hex')}+${Buffer.concat([algorithm, raw]).toString('base64')}`,
    sign(size, head) {
      const body = `${origin}\n${size}\n${Buffer.from(head, 'hex').toString('base64')}\n`;
      return `${body}\n— ${origin} ${Buffer.concat([id, sign(null, Buffer.from(body), privateKey)]).toString('base64')}\n`;
    },
  };
}

/** A public key and the log that it signs. */
export interface Verifier {
  readonly origin: string;
  /** The 32 bytes of the key. */
  readonly raw: Buffer;
  readonly id: Buffer;
  readonly publicKey: KeyObject;
}

/** Reads a verifier key. Undefined: it is none, or its key id does not belong to it. */
export function parseVerifierKey(text: string): Verifier | undefined {
  const [, origin, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const raw = bytes.subarray(1);
  if (origin === undefined || bytes.length !== 33 || bytes[0] !== 1) return undefined;
  const expected = keyId(origin, raw);
  if (expected.toString('hex') !== id) return undefined;
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') } });
  return { origin, raw, id: expected, publicKey };
}

/** The 32 bytes of an Ed25519 public key. */
export function rawKey(publicKey: KeyObject): Buffer {
  return Buffer.from(jwkSchema.parse(publicKey.export({ format: 'jwk' })).x, 'base64url');
}

/** Reads a signed note. Undefined: it has another form, or the key did not sign it. */
export function verifyNote(note: string, verifier: Verifier): Checkpoint | undefined {
  const [, body, origin, size, head, name, signature] =
    /^(([^\n]+)\n(\d{1,15})\n([^\n]+)\n)\n— (\S+) ([A-Za-z0-9+/=]+)\n$/.exec(note) ?? [];
  if (body === undefined || origin === undefined || head === undefined || name !== origin || verifier.origin !== origin) return undefined;
  const bytes = Buffer.from(signature ?? '', 'base64');
  if (!bytes.subarray(0, 4).equals(verifier.id)) return undefined;
  if (!verify(null, Buffer.from(body), verifier.publicKey, bytes.subarray(4))) return undefined;
  return { origin, size: Number(size), head: Buffer.from(head, 'base64').toString('hex') };
}

function keyId(name: string, raw: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), algorithm, raw]), 'buffer').subarray(0, 4);
}
