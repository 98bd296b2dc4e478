/** The public keys that tokens are checked with: one PEM, or a JWKS from a file or a URL. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isLoopback } from '@sandlot/core/http';
import { ToolError } from '@sandlot/core';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Signatures that are accepted. Nothing symmetric: a public key must never serve as a shared secret. */
export const algorithms: readonly string[] = ['RS256', 'ES256', 'EdDSA', 'Ed25519'];

/** Keys, and the algorithms that they allow. */
export interface JwtKeys {
  readonly key: KeyObject | JWTVerifyGetKey;
  readonly algorithms: readonly string[];
}

/** Reads a public key. @param text PEM, PEM with `\n` written out, or PEM in base64 */
export function keysFromPem(text: string): JwtKeys {
  const plain = text.replaceAll(String.raw`\n`, '\n').trim();
  const pem = plain.includes('-----BEGIN') ? plain : Buffer.from(plain, 'base64').toString('latin1');
  if (pem.includes('PRIVATE KEY')) throw refused('is a private key; the gateway needs the public one.');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (error) {
    throw refused('is not a public key as PEM or as PEM in base64.', error);
  }
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return { key, algorithms: ['RS256'] };
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return { key, algorithms: ['ES256'] };
  if (key.asymmetricKeyType === 'ed25519') return { key, algorithms: ['EdDSA', 'Ed25519'] };
  throw refused(`is a key of the kind ${key.asymmetricKeyType ?? 'unknown'}; use RSA of 2048 bits or more, EC P-256 or Ed25519.`);
}

/** Keys from a JWKS. @param place an https URL, an http one on loopback, or the path of a file */
export function keysFromJwks(place: string): JwtKeys {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return { key: createLocalJWKSet(readJwks(place)), algorithms };
  const url = URL.parse(place);
  const local = url !== null && isLoopback(url.hostname.replaceAll(/[[\]]/g, ''));
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && local))) {
    throw new ToolError('INVALID_ARGUMENT', `The JWKS address "${place}" is not https.`, {
      advice: 'Use an https URL, or the path of a file.',
    });
  }
  return { key: createRemoteJWKSet(url, { timeoutDuration: 5000 }), algorithms };
}

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']) })).min(1) });

function readJwks(path: string): JSONWebKeySet {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ToolError('INVALID_ARGUMENT', `Cannot read the JWKS file "${path}": ${String(error)}`, { cause: error });
  }
  const parsed = jwksSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ToolError('INVALID_ARGUMENT', `The JWKS file "${path}" is not a set of public keys: ${z.prettifyError(parsed.error)}`);
}

function refused(why: string, cause?: unknown): ToolError {
  return new ToolError('INVALID_ARGUMENT', `The JWT public key ${why}`, {
    cause,
    advice: 'Correct JWT_PUBLIC_KEY or "auth.jwt.publicKey".',
  });
}
