/** Breaks documents, the same way for the same number. */
import { unzipSync, zipSync } from 'fflate';

/** Random numbers from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A broken copy. Half of the ZIP files are broken inside of a member, so that the readers behind see it. */
export function mutate(sample: Uint8Array, seed: number): Uint8Array {
  const random = randomFrom(seed);
  if (sample[0] === 0x50 && sample[1] === 0x4b && random() < 0.6) {
    const files = unzipSync(sample);
    const names = Object.keys(files);
    const name = names[Math.floor(random() * names.length)] ?? '';
    if (random() < 0.1) delete files[name];
    else files[name] = Uint8Array.from(broken(files[name] ?? new Uint8Array(), random));
    return zipSync(files);
  }
  return broken(sample, random);
}

const strange = [
  '<',
  '>',
  '&',
  '"',
  '\0',
  '&#x0;',
  '<!--',
  ']]>',
  '-1',
  '99999999999',
  '\\',
  '{',
  '(',
  '/',
  'NaN',
  '\u{1f600}',
  '%s',
  '\r',
];

function broken(sample: Uint8Array, random: () => number): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(sample);
  const place = () => Math.floor(random() * (bytes.length + 1));
  const times = 1 + Math.floor(random() * 6);
  for (let change = 0; change < times; change++) {
    const kind = random();
    const [from, to] = [place(), place()].toSorted((a, b) => a - b) as [number, number];
    if (kind < 0.4) bytes[from] = Math.floor(random() * 256);
    else if (kind < 0.5) bytes = bytes.slice(0, from);
    else if (kind < 0.6) bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
    else if (kind < 0.75)
      bytes = Buffer.concat([
        bytes.subarray(0, to),
        ...Array.from({ length: Math.ceil(random() * 8) }, () => bytes.subarray(from, to)),
        bytes.subarray(to),
      ]).subarray(0, 200_000);
    else
      bytes = Buffer.concat([
        bytes.subarray(0, from),
        Buffer.from(strange[Math.floor(random() * strange.length)] ?? ''),
        bytes.subarray(from),
      ]);
  }
  return Uint8Array.from(bytes);
}
