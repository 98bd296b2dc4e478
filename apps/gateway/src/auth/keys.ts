/** API keys: kept as SHA-256 only, compared without telling by the timing how much of one was right. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
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

interface Kept {
  readonly entry: KeyEntry;
  readonly credential: Credential;
}

/** The keys that are let in; they can change while the gateway runs. */
export class KeyRing {
  #kept: readonly Kept[] = [];

  constructor(entries: readonly KeyEntry[]) {
    this.replace(entries);
  }

  /** Takes new keys. Whoever came in with one that is gone, or is not the same any more, is not valid from now on. */
  replace(entries: readonly KeyEntry[]): void {
    this.#kept = entries.map((entry) => this.#kept.find((kept) => isDeepStrictEqual(kept.entry, entry)) ?? this.#keep(entry));
  }

  /** The credential of a key by its digest, an expired one too; undefined for an unknown one. */
  find(digest: Buffer): Credential | undefined {
    let found: Credential | undefined;
    // Every key is compared, whatever was found before.
    for (const { entry, credential } of this.#kept) if (timingSafeEqual(entry.digest, digest)) found ??= credential;
    return found;
  }

  #keep(entry: KeyEntry): Kept {
    const isKept = () => this.#kept.includes(kept);
    const { id, scopes, limits, expiresAt } = entry;
    const kept: Kept = { entry, credential: { principal: createPrincipal(id, scopes, limits, expiresAt, isKept), isFor: () => true } };
    return kept;
  }
}
