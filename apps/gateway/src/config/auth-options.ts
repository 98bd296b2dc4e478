/** Options about who may call, and how much. In `sandlot.json` they stand under `auth`, see `auth.ts`. */
import type { OptionTable } from '@sandlot/core/config';
import { z } from 'zod';
import { isScope } from '../auth/scopes.ts';

/** A list: from flags and environment with commas, in the file also as an array. */
export const list = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(','))])
  .transform((words) => words.map((word) => word.trim()).filter(Boolean));

const count = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const scope = z
  .string()
  .refine(isScope, { error: ({ input }) => `"${String(input)}" is no scope; scopes look like file:read, file:*, *:read or *` });
const scopes = list.pipe(z.array(scope));
const webUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).transform((url) => url.replace(/\/+$/, ''));

const limits = z.strictObject({
  ratePerSecond: z.number().min(0).optional(),
  burst: z.number().min(1).optional(),
  concurrent: z.number().int().min(0).optional(),
  sessions: z.number().int().min(0).optional(),
});

/** One entry of `auth.keys`. */
const key = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, 'an id has at most 64 letters, digits, dots, dashes and underscores'),
    hash: z
      .string()
      .regex(/^(?:sha256:)?[0-9a-f]{64}$/, 'expected the SHA-256 of a key in 64 hexadecimal digits')
      .optional(),
    env: z.string().min(1).optional(),
    scopes: scopes.default([]),
    expires: z.iso
      .datetime({ offset: true, error: 'expected a date with time and zone, such as 2027-01-31T00:00:00Z' })
      .transform((text) => Date.parse(text))
      .optional(),
    limits: limits.optional(),
  })
  .refine(({ hash, env }) => (hash === undefined) !== (env === undefined), 'a key has either "hash" or "env"');

const keys = z.preprocess((value, ctx) => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    ctx.addIssue('expected a JSON array');
    return z.NEVER;
  }
}, z.array(key).optional());

/** Options of authentication and limits. */
export const authOptions = {
  keys: {
    description: 'Further keys with scopes and expiry, as JSON: see "sandlot key create"; in the file as auth.keys',
    placeholder: 'JSON',
    schema: keys,
    env: 'SANDLOT_API_KEYS',
    secret: true,
  },
  jwtIssuer: {
    description: 'Issuer (iss) that tokens must carry; auth.jwt.issuer',
    placeholder: 'URL',
    schema: z.string().min(1).optional(),
    env: ['SANDLOT_JWT_ISSUER', 'JWT_ISSUER'],
  },
  jwtAudience: {
    description: 'Audiences (aud) of which tokens must carry one, besides the public URL; auth.jwt.audience',
    placeholder: 'NAMES',
    schema: list.default([]),
    env: ['SANDLOT_JWT_AUDIENCE', 'JWT_AUDIENCE'],
  },
  jwtJwks: {
    description: "The issuer's public keys: an https URL or a JWKS file; auth.jwt.jwks",
    placeholder: 'URL',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_JWT_JWKS',
  },
  jwtPublicKey: {
    description: "The issuer's public key instead of a JWKS: PEM, or PEM in base64; auth.jwt.publicKey",
    placeholder: 'PEM',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_JWT_PUBLIC_KEY',
  },
  aioJwtPublicKey: {
    description:
      'The same as AIO Sandbox takes it: issuer and audience are checked when they are set, and tokens without scopes may do everything',
    placeholder: 'PEM',
    schema: z.string().min(1).optional(),
    env: 'JWT_PUBLIC_KEY',
  },
  jwtDefaultScopes: {
    description: 'What a token without a scope or scp claim may do; nothing unless set; auth.jwt.defaultScopes',
    placeholder: 'SCOPES',
    schema: scopes.optional(),
    env: 'SANDLOT_JWT_DEFAULT_SCOPES',
  },
  publicUrl: {
    description: 'URL under which clients reach the gateway; auth.oauth.publicUrl',
    placeholder: 'URL',
    schema: webUrl.optional(),
    env: 'SANDLOT_PUBLIC_URL',
  },
  authorizationServers: {
    description: 'OAuth authorization servers that issue tokens for the gateway; auth.oauth.authorizationServers',
    placeholder: 'URLS',
    schema: list.pipe(z.array(z.url({ protocol: /^https?$/ }))).default([]),
    env: 'SANDLOT_AUTHORIZATION_SERVERS',
  },
  oauthScopes: {
    description: 'Scopes that OAuth clients are told to ask for first; every read scope unless set; auth.oauth.scopes',
    placeholder: 'SCOPES',
    schema: scopes.default([]),
    env: 'SANDLOT_OAUTH_SCOPES',
  },
  ratePerSecond: {
    description: 'Requests a second of one caller, in the long run; 0 sets no limit; auth.limits.ratePerSecond',
    placeholder: 'N',
    schema: z.coerce.number().min(0).default(5000),
    env: 'SANDLOT_RATE_PER_SECOND',
  },
  rateBurst: {
    description: 'Requests of one caller that may come at once after a pause; auth.limits.burst',
    placeholder: 'N',
    schema: z.coerce.number().min(1).default(10_000),
    env: 'SANDLOT_RATE_BURST',
  },
  concurrentRequests: {
    description: 'Requests of one caller under way at once, open streams included; 0 sets no limit; auth.limits.concurrent',
    placeholder: 'N',
    schema: count(4096),
    env: 'SANDLOT_CONCURRENT_REQUESTS',
  },
  sessionsPerCaller: {
    description: 'MCP sessions of one caller at once (clients before 2026-07-28); 0 sets no limit; auth.limits.sessions',
    placeholder: 'N',
    schema: count(2500),
    env: 'SANDLOT_SESSIONS_PER_CALLER',
  },
  authFailuresPerMinute: {
    description: 'Wrong credentials that one address may send a minute; 0 sets no limit; auth.limits.failuresPerMinute',
    placeholder: 'N',
    schema: count(30),
    env: 'SANDLOT_AUTH_FAILURES_PER_MINUTE',
  },
} satisfies OptionTable;
