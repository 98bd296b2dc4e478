/** Bearer tokens: JWTs of an issuer, checked strictly with jose, and remembered for a minute. */
import { ToolError } from '@sandlot/core';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { JwtKeys } from './jwt-keys.ts';
import { createPrincipal, type Credential, type PrincipalLimits } from './principal.ts';
import { isScope } from './scopes.ts';

/** How tokens are checked. */
export interface JwtOptions {
  readonly keys: JwtKeys;
  /** The `iss` that a token must carry; undefined asks for none (JWT_PUBLIC_KEY alone). */
  readonly issuer: string | undefined;
  /** Values of `aud` that stand for the whole gateway; undefined asks for none (JWT_PUBLIC_KEY alone). */
  readonly audiences: readonly string[] | undefined;
  /** URL of the gateway, without a slash at its end. A token for a URL below it is taken below that URL only. */
  readonly publicUrl: string | undefined;
  /** What a token without a `scope` or `scp` claim may do. */
  readonly defaultScopes: readonly string[];
  readonly limits: PrincipalLimits;
}

const skewSeconds = 30;
/** A key that the issuer withdraws is trusted for no longer than this. */
const rememberedMs = 60_000;
const mostRemembered = 1000;
/** The year 5138: a later `exp` is not a date. */
const latestSeconds = 1e11;

/** Tells tokens from keys: three parts of base64url, the last one empty when nobody signed. */
const tokenShape = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Checks tokens of one issuer. */
export class JwtVerifier {
  readonly #options: JwtOptions;
  readonly #remembered = new Map<string, { credential: Credential; until: number }>();

  constructor(options: JwtOptions) {
    this.#options = options;
  }

  /** A token that was found good less than a minute ago. @param digest SHA-256 of the token */
  recall(digest: Buffer): Credential | undefined {
    const key = digest.toString('latin1');
    const found = this.#remembered.get(key);
    if (found && found.until > Date.now()) return found.credential;
    this.#remembered.delete(key);
    return undefined;
  }

  /**
   * Verifies a token.
   *
   * @returns undefined for what is no token
   * @throws ToolError UNAUTHENTICATED saying what is wrong with it, UNAVAILABLE when the issuer's keys cannot be fetched
   */
  verify(token: string, digest: Buffer): Promise<Credential> | undefined {
    return tokenShape.test(token) ? this.#verify(token, digest.toString('latin1')) : undefined;
  }

  async #verify(token: string, key: string): Promise<Credential> {
    const credential = this.#toCredential(await this.#payload(token));
    if (this.#remembered.size >= mostRemembered) this.#remembered.delete(this.#remembered.keys().next().value ?? '');
    this.#remembered.set(key, { credential, until: Math.min(Date.now() + rememberedMs, credential.principal.expiresAt ?? 0) });
    return credential;
  }

  async #payload(token: string): Promise<JWTPayload> {
    const { keys, issuer, audiences } = this.#options;
    const options = {
      algorithms: [...keys.algorithms],
      clockTolerance: skewSeconds,
      requiredClaims: ['exp', ...(issuer === undefined ? [] : ['iss', 'sub']), ...(audiences === undefined ? [] : ['aud'])],
      ...(issuer !== undefined && { issuer }),
    };
    try {
      const { key } = keys;
      const { payload } = await (typeof key === 'function' ? jwtVerify(token, key, options) : jwtVerify(token, key, options));
      return payload;
    } catch (error) {
      throw toRefusal(error);
    }
  }

  #toCredential(payload: JWTPayload): Credential {
    const { defaultScopes, limits } = this.#options;
    for (const name of ['exp', 'nbf', 'iat'] as const) {
      const value = payload[name];
      if (value !== undefined && !(value >= 0 && value < latestSeconds)) throw refusal(`Its "${name}" is not a date.`);
    }
    if ((payload.iat ?? 0) > Date.now() / 1000 + skewSeconds) throw refusal('Its "iat" is in the future.');
    if (payload.sub !== undefined && (typeof payload.sub !== 'string' || payload.sub === '')) throw refusal('Its "sub" is not a name.');
    const isFor = this.#audienceCheck(payload.aud);
    const id = payload.sub === undefined ? 'jwt' : `jwt:${payload.sub}`;
    const expiresAt = ((payload.exp ?? 0) + skewSeconds) * 1000;
    return { principal: createPrincipal(id, scopesOf(payload) ?? defaultScopes, limits, expiresAt), isFor };
  }

  #audienceCheck(claim: unknown): (path: string) => boolean {
    const { audiences, publicUrl } = this.#options;
    if (audiences === undefined) return () => true;
    const given = (Array.isArray(claim) ? claim : [claim]).filter((one) => typeof one === 'string');
    if (given.some((one) => audiences.includes(one))) return () => true;
    const paths = given.flatMap((one) => (publicUrl !== undefined && one.startsWith(`${publicUrl}/`) ? [one.slice(publicUrl.length)] : []));
    if (paths.length === 0) throw refusal('It was issued for another audience.');
    return (path) => paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  }
}

/** The scopes of a token; undefined when it has neither claim. Words that are no scopes of ours, such as `openid`, are left out. */
function scopesOf(payload: JWTPayload): readonly string[] | undefined {
  const claim = payload['scope'] ?? payload['scp'];
  if (claim === undefined) return undefined;
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim.map(String) : [];
  return words.filter(isScope);
}

/** What is said about a token by jose's error codes. What is not here is no fault of the token. */
const reasons: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'It has expired.',
  ERR_JOSE_ALG_NOT_ALLOWED: 'Its algorithm is not accepted.',
  ERR_JOSE_NOT_SUPPORTED: 'Its header is not accepted.',
  ERR_JWKS_NO_MATCHING_KEY: 'Its key is not known.',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'It does not say which key signed it.',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'Its signature is wrong.',
  ERR_JWS_INVALID: 'It is not a signed JWT.',
  ERR_JWT_INVALID: 'It is not a signed JWT.',
};

function toRefusal(error: unknown): ToolError {
  if (error instanceof errors.JWTClaimValidationFailed) return refusal(`Its claims do not fit: ${error.message}.`, error);
  const reason = error instanceof errors.JOSEError ? reasons[error.code] : undefined;
  if (reason !== undefined) return refusal(reason, error);
  return new ToolError('UNAVAILABLE', "The token issuer's keys could not be fetched.", {
    cause: error,
    advice: 'Call again; tell the operator when it goes on.',
  });
}

function refusal(why: string, cause?: unknown): ToolError {
  return new ToolError('UNAUTHENTICATED', `The token is not accepted. ${why}`, { cause, advice: 'Get a new token from the issuer.' });
}
