/** Finds out who calls, from the headers: an API key, or a token of the configured issuer. */
import { ToolError } from '@sandlot/core';
import { keyHeaders, keyOf } from '@sandlot/core/http';
import { Digests } from './digests.ts';
import { AuthFailures } from './failures.ts';
import type { JwtOptions, JwtVerifier } from './jwt.ts';
import { type KeyEntry, KeyRing } from './keys.ts';
import { type Credential, localPrincipal, type Principal, type PrincipalLimits } from './principal.ts';
import { exhausted } from './usage.ts';

/** Who is let in. */
export interface AuthConfig {
  /** False lets everybody in (allowed on loopback only, checked at start). */
  readonly required: boolean;
  readonly keys: readonly KeyEntry[];
  readonly jwt: JwtOptions | undefined;
  /** Limits of the caller without a credential, when none is required. */
  readonly limits: PrincipalLimits;
  /** Wrong credentials that one address may send a minute; 0 sets no limit. */
  readonly failuresPerMinute: number;
}

/** What counts of a request. */
export interface Attempt {
  readonly headers: Pick<Headers, 'get'>;
  readonly path: string;
  /** Where it comes from, see `canonicalAddress`. */
  readonly address: string;
  /** What stands for its connection. Default: none. */
  readonly connection?: object | undefined;
}

/** Makes an {@link Authenticator}. jose is loaded only where there are tokens. */
export async function createAuthenticator(config: AuthConfig): Promise<Authenticator> {
  if (!config.jwt) return new Authenticator(config, undefined);
  const { JwtVerifier } = await import('./jwt.ts');
  return new Authenticator(config, new JwtVerifier(config.jwt));
}

/** Checks credentials. */
export class Authenticator {
  readonly #local: Principal | undefined;
  readonly #keys: KeyRing;
  readonly #tokens: JwtVerifier | undefined;
  readonly #failures: AuthFailures;
  readonly #digests = new Digests();

  constructor({ required, limits, keys, failuresPerMinute }: AuthConfig, tokens: JwtVerifier | undefined) {
    this.#local = required ? undefined : localPrincipal(limits);
    this.#keys = new KeyRing(keys);
    this.#tokens = tokens;
    this.#failures = new AuthFailures(failuresPerMinute);
  }

  /**
   * Finds the caller; at once, except for a token that is new.
   *
   * @throws ToolError UNAUTHENTICATED, RESOURCE_EXHAUSTED after too many wrong ones, UNAVAILABLE without the issuer's keys
   */
  authenticate(attempt: Attempt): Principal | Promise<Principal> {
    if (this.#local) return this.#local;
    const given = keyOf(attempt.headers);
    if (given === undefined) checkOnce(attempt.headers);
    if (given === undefined) throw new ToolError('UNAUTHENTICATED', 'No API key or token was sent.', { advice });
    const digest = this.#digests.of(given, attempt.connection);
    const known = this.#keys.find(digest) ?? this.#tokens?.recall(digest);
    const blockedFor = this.#failures.blockedFor(attempt.address);
    if (blockedFor > 0 && !(known && this.#failures.isProven(attempt.address, known.principal.id))) {
      throw exhausted('This address sent too many wrong credentials.', blockedFor);
    }
    if (known) return this.#admit(known, attempt);
    const verifying = this.#tokens?.verify(given, digest);
    if (!verifying) {
      checkOnce(attempt.headers);
      return this.#refuse('The API key is wrong.', attempt);
    }
    return verifying.then(
      (credential) => this.#admit(credential, attempt),
      (error: unknown) => (ToolError.is(error) && error.code === 'UNAUTHENTICATED' ? this.#refuse(error, attempt) : Promise.reject(error)),
    );
  }

  /** Takes new keys; what the old ones opened is not valid any more, see `Principal.isValid`. */
  replaceKeys(keys: readonly KeyEntry[]): void {
    this.#keys.replace(keys);
  }

  #admit({ principal, isFor }: Credential, attempt: Attempt): Principal {
    const { id, expiresAt } = principal;
    if (expiresAt !== undefined && expiresAt <= Date.now()) {
      return this.#refuse(`The credential "${id}" expired at ${new Date(expiresAt).toISOString()}.`, attempt);
    }
    if (!isFor(attempt.path)) return this.#refuse(`The token was not issued for ${attempt.path}.`, attempt);
    this.#failures.prove(attempt.address, id);
    return principal;
  }

  #refuse(why: string | ToolError, { address }: Attempt): never {
    this.#failures.record(address);
    throw typeof why === 'string' ? new ToolError('UNAUTHENTICATED', why, { advice }) : why;
  }
}

const advice = 'Send "Authorization: Bearer <key>" with the key that the gateway showed at its start, or one of its configuration.';

/** Two credentials leave open whose request it is; they come here as one text. @throws ToolError INVALID_ARGUMENT */
function checkOnce(headers: Pick<Headers, 'get'>): void {
  const name = ['authorization', ...keyHeaders].find((one) => headers.get(one)?.includes(', '));
  if (name === undefined) return;
  throw new ToolError('INVALID_ARGUMENT', `The header "${name}" came more than once.`, { advice: 'Send one credential.' });
}
