/** API keys: kept as SHA-256 only, compared without telling by the timing how much of one was right. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createPrincipal, type Credential, type PrincipalLimits } from './principal.ts';

/** A key that is let in. */
export interface KeyEntry {
  /** The principal that it stands for. */
  readonly id: string;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly scopes: readonly string[];
  readonly limits: PrincipalLimits;
  /** When it ends, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number | undefined;
}

/** SHA-256 of a secret. */
export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** A new key of 256 random bits. */
export function newKey(): string {
  return `sk-sandlot-${randomBytes(32).toString('base64url')}`;
}

/** Makes the check of keys: the credential of a key by its digest, expired ones too; undefined for an unknown one. */
export function createKeyRing(entries: readonly KeyEntry[]): (digest: Buffer) => Credential | undefined {
  const ring = entries.map(({ id, digest, scopes, limits, expiresAt }) => ({
    digest,
    credential: { principal: createPrincipal(id, scopes, limits, expiresAt), isFor: () => true },
  }));
  return function credentialOf(digest) {
    let found: Credential | undefined;
    // Every key is compared, whatever was found before.
    for (const entry of ring) if (timingSafeEqual(entry.digest, digest)) found ??= entry.credential;
    return found;
  };
}
