/** Headers that a proxy hands on (RFC 9110, section 7.6.1). */
import type { IncomingMessage } from 'node:http';
import { hopByHop } from '@sandlot/core/network';

const ofOneConnection: ReadonlySet<string> = new Set(hopByHop);

/** Headers for the next hop, in their order and with all repetitions. */
export function endToEnd({ rawHeaders, headers }: IncomingMessage): string[] {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (!ofOneConnection.has(name) && !named.has(name)) kept.push(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return kept;
}
