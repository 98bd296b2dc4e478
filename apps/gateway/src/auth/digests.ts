/** Digests of credentials, kept with the connection that sent them: hashing is the dearest part of letting a request in. */
import { timingSafeEqual } from 'node:crypto';
import { digestOf } from './keys.ts';

/** The digests. */
export class Digests {
  readonly #seen = new WeakMap<object, { readonly bytes: Buffer; readonly digest: Buffer }>();

  /** The SHA-256 of a credential. */
  of(credential: string, connection: object | undefined): Buffer {
    if (!connection) return digestOf(credential);
    const bytes = Buffer.from(credential);
    const last = this.#seen.get(connection);
    // A proxy sends different callers over one connection: none may find out the other's by the time that comparing takes.
    if (last?.bytes.length === bytes.length && timingSafeEqual(last.bytes, bytes)) return last.digest;
    const digest = digestOf(credential);
    this.#seen.set(connection, { bytes, digest });
    return digest;
  }
}
