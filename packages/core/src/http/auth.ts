/** Checks an API key without telling by its timing how much of it was right. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Headers that may carry the key besides `Authorization: Bearer`. */
export const keyHeaders = ['x-sandlot-key', 'x-aio-api-key'] as const;

/** The key that a request carries, if any. */
export function keyOf(headers: Pick<Headers, 'get'>): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  return bearer ?? keyHeaders.map((name) => headers.get(name)).find((value) => value !== null) ?? undefined;
}

/** True when both are equal; takes the same time for any two values. */
export function sameKey(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
