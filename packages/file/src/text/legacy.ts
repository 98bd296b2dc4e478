/** Encoders for the encodings that the platform only decodes: tables made by decoding every byte sequence once. */
import { TextDecoder } from 'node:util';
import { ToolError } from '@sandlot/core';

type Encode = (text: string) => Buffer;

const encoders = new Map<string, Encode>();

/** Encodings whose bytes mean something else after others: they cannot be spliced. */
const stateful = new Set(['iso-2022-jp', 'replacement']);

/** The encoder of a legacy encoding. */
export function legacyEncoder(encoding: string): Encode {
  const known = encoders.get(encoding);
  if (known) return known;
  if (stateful.has(encoding)) throw new ToolError('UNSUPPORTED', `Text cannot be written in "${encoding}".`, { advice: 'Use base64.' });
  const table = tableOf(encoding);
  const encode: Encode = (text) => {
    const parts: number[] = [];
    for (const character of text) {
      const bytes = table.get(character);
      if (!bytes) {
        throw new ToolError(
          'INVALID_ARGUMENT',
          `"${character}" (U+${hex(character)}) does not exist in ${encoding}, the encoding of the file.`,
        );
      }
      parts.push(...bytes);
    }
    return Buffer.from(parts);
  };
  encoders.set(encoding, encode);
  return encode;
}

/** Shortest byte sequence of each character; the first one wins where there are several. */
function tableOf(encoding: string): Map<string, number[]> {
  const decoder = new TextDecoder(encoding);
  const table = new Map<string, number[]>();
  const leads: number[] = [];
  for (let byte = 0; byte < 256; byte++) if (!add(table, decoder, [byte])) leads.push(byte);
  const longLeads: [number, number][] = [];
  for (const lead of leads) {
    for (let byte = 0x30; byte < 0x100; byte++) if (!add(table, decoder, [lead, byte])) longLeads.push([lead, byte]);
  }
  if (encoding === 'euc-jp') for (const [a, b] of longLeads) for (let c = 0xa1; c < 0xff; c++) add(table, decoder, [a, b, c]);
  return table;
}

/** Adds the character of a byte sequence; false when the sequence is not one whole character. */
function add(table: Map<string, number[]>, decoder: InstanceType<typeof TextDecoder>, bytes: number[]): boolean {
  const text = decoder.decode(Uint8Array.from(bytes));
  if (text.includes('\uFFFD')) return false;
  if (Array.from(text).length === 1 && !table.has(text)) table.set(text, bytes);
  return true;
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
