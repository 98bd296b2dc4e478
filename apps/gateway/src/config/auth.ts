/** The `auth` section of the configuration, and what it means: keys, tokens, limits. Anything doubtful stops the start. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';
import type { OAuthResource } from '../auth/challenge.ts';
import type { AuthConfig } from '../auth/authenticator.ts';
import type { JwtOptions } from '../auth/jwt.ts';
import { digestOf, type KeyEntry } from '../auth/keys.ts';
import type { PrincipalLimits } from '../auth/principal.ts';
import type { GatewayValues } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const anything = z.unknown().optional();

/** `auth` in `sandlot.json`: each key stands for an option. */
const sectionSchema = z
  .strictObject({
    mode: anything,
    keys: anything,
    jwt: z.strictObject({ issuer: anything, audience: anything, jwks: anything, publicKey: anything, defaultScopes: anything }).optional(),
    oauth: z.strictObject({ publicUrl: anything, authorizationServers: anything, scopes: anything }).optional(),
    limits: z
      .strictObject({ ratePerSecond: anything, burst: anything, concurrent: anything, sessions: anything, failuresPerMinute: anything })
      .optional(),
  })
  .partial();

/**
 * Turns the section `auth` of a configuration file into options; a string there is the option `auth` itself.
 *
 * @throws ToolError INVALID_ARGUMENT naming an unknown key
 */
export function flattenAuth(file: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { auth, ...rest } = file;
  if (auth === undefined || typeof auth === 'string') return file;
  const parsed = sectionSchema.safeParse(auth);
  if (!parsed.success) throw invalid(`"auth" in the configuration file: ${z.prettifyError(parsed.error)}`);
  const { mode, keys, jwt, oauth, limits } = parsed.data;
  const options = {
    auth: mode,
    keys,
    jwtIssuer: jwt?.issuer,
    jwtAudience: jwt?.audience,
    jwtJwks: jwt?.jwks,
    jwtPublicKey: jwt?.publicKey,
    jwtDefaultScopes: jwt?.defaultScopes,
    publicUrl: oauth?.publicUrl,
    authorizationServers: oauth?.authorizationServers,
    oauthScopes: oauth?.scopes,
    ratePerSecond: limits?.ratePerSecond,
    rateBurst: limits?.burst,
    concurrentRequests: limits?.concurrent,
    sessionsPerCaller: limits?.sessions,
    authFailuresPerMinute: limits?.failuresPerMinute,
  };
  return { ...rest, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
}

/** True when callers can get in without a generated key. An empty list of keys is a list: it lets nobody in. */
export function hasCredentials(values: GatewayValues): boolean {
  return values.apiKey !== undefined || values.keys !== undefined || isJwtConfigured(values);
}

/**
 * Works out who is let in.
 *
 * @param apiKey the key that may do everything, given or generated
 * @throws ToolError INVALID_ARGUMENT for a configuration that is incomplete or contradicts itself
 */
export async function toAuthConfig(values: GatewayValues, apiKey: string | undefined, env: Environment): Promise<AuthConfig> {
  const limits = toLimits(values);
  const required = values.auth !== 'none';
  if (!required && (values.keys !== undefined || isJwtConfigured(values))) {
    throw invalid('SANDLOT_AUTH=none contradicts the keys or tokens that are configured.', 'Leave one of them away.');
  }
  return {
    required,
    limits,
    failuresPerMinute: values.authFailuresPerMinute,
    keys: toKeys(values, apiKey, env),
    jwt: isJwtConfigured(values) ? await toJwtOptions(values, limits) : undefined,
  };
}

/**
 * The keys that are let in.
 *
 * @param apiKey the key that may do everything, given or generated
 * @throws ToolError INVALID_ARGUMENT for an entry that cannot be meant
 */
export function toKeys(values: GatewayValues, apiKey: string | undefined, env: Environment): KeyEntry[] {
  const limits = toLimits(values);
  const own: KeyEntry[] = apiKey === undefined ? [] : [{ id: 'key', digest: digestOf(apiKey), scopes: ['*'], limits }];
  return [...own, ...toKeyEntries(values.keys ?? [], limits, env)];
}

function toLimits({ ratePerSecond, rateBurst, concurrentRequests, sessionsPerCaller }: GatewayValues): PrincipalLimits {
  return { ratePerSecond, burst: rateBurst, concurrent: concurrentRequests, sessions: sessionsPerCaller };
}

/** The gateway as an OAuth resource, when it is one. @throws ToolError INVALID_ARGUMENT when half of it is configured */
export function toOAuthResource(values: GatewayValues): OAuthResource | undefined {
  const { publicUrl, authorizationServers, oauthScopes } = values;
  if (authorizationServers.length === 0) return undefined;
  if (publicUrl === undefined) throw invalid('OAuth needs "auth.oauth.publicUrl", the URL under which clients reach the gateway.');
  if (!isJwtConfigured(values)) throw invalid('OAuth needs "auth.jwt", by which its tokens are checked.');
  return { publicUrl, authorizationServers, scopes: oauthScopes.length > 0 ? oauthScopes : undefined };
}

function toKeyEntries(keys: NonNullable<GatewayValues['keys']>, limits: PrincipalLimits, env: Environment): KeyEntry[] {
  const entries = keys.map(({ id, hash, env: variable, scopes, expires, limits: own }) => {
    const secret = variable === undefined ? undefined : env[variable];
    if (variable !== undefined && (secret === undefined || secret.length < 16)) {
      throw invalid(`The key "${id}": ${variable} is ${secret ? 'shorter than 16 characters' : 'not set'}.`);
    }
    const digest = secret === undefined ? Buffer.from(hash?.replace('sha256:', '') ?? '', 'hex') : digestOf(secret);
    return { id: `key:${id}`, digest, scopes, limits: merge(limits, own), expiresAt: expires };
  });
  const taken = new Set<string>();
  for (const { id, digest } of entries) {
    for (const mark of [id, digest.toString('hex')]) {
      if (taken.has(mark))
        throw invalid(`The key "${id.slice(4)}" stands twice in the list.`, 'Every key has an id and a secret of its own.');
      taken.add(mark);
    }
  }
  return entries;
}

function merge(all: PrincipalLimits, own: Partial<Record<keyof PrincipalLimits, number | undefined>> = {}): PrincipalLimits {
  return {
    ratePerSecond: own.ratePerSecond ?? all.ratePerSecond,
    burst: own.burst ?? all.burst,
    concurrent: own.concurrent ?? all.concurrent,
    sessions: own.sessions ?? all.sessions,
  };
}

function isJwtConfigured({ jwtJwks, jwtPublicKey, aioJwtPublicKey }: GatewayValues): boolean {
  return jwtJwks !== undefined || jwtPublicKey !== undefined || aioJwtPublicKey !== undefined;
}

async function toJwtOptions(values: GatewayValues, limits: PrincipalLimits): Promise<JwtOptions> {
  const { jwtJwks, jwtPublicKey, aioJwtPublicKey, jwtIssuer, publicUrl } = values;
  const sources = [jwtJwks, jwtPublicKey, aioJwtPublicKey].filter((source) => source !== undefined);
  if (sources.length > 1) throw invalid('Tokens are checked with one of: a JWKS, a public key, JWT_PUBLIC_KEY.', 'Leave the others away.');
  const audiences = [...values.jwtAudience, ...(publicUrl === undefined ? [] : [publicUrl])];
  const strict = aioJwtPublicKey === undefined;
  if (strict && jwtIssuer === undefined) throw invalid('Tokens need "auth.jwt.issuer", the `iss` that they must carry.');
  if (strict && audiences.length === 0) throw invalid('Tokens need "auth.jwt.audience", the `aud` that they must carry.');
  const { keysFromJwks, keysFromPem } = await import('../auth/jwt-keys.ts');
  return {
    keys: jwtJwks === undefined ? keysFromPem(jwtPublicKey ?? aioJwtPublicKey ?? '') : keysFromJwks(jwtJwks),
    issuer: jwtIssuer,
    audiences: audiences.length > 0 ? audiences : undefined,
    publicUrl,
    // A key that was given as AIO Sandbox's signs for this gateway alone, and its tokens carry no scopes.
    defaultScopes: values.jwtDefaultScopes ?? (strict ? [] : ['*']),
    limits,
  };
}

function invalid(message: string, advice = 'See "auth" in the README of @sandlot/gateway.'): ToolError {
  return new ToolError('INVALID_ARGUMENT', message, { advice });
}
