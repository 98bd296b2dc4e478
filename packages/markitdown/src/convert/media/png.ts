/** Writes PNG files, for engines that read pictures. */
import { crc32, deflateSync } from 'node:zlib';

/** Pixels without a format. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 colour with opacity. */
  readonly channels: number;
  /** Of a channel: 8, or 1 in grey pictures, eight pixels a byte and whole bytes a line. Default 8. */
  readonly bits?: number;
}

const colorTypes: Readonly<Record<number, number>> = { 1: 0, 3: 2, 4: 6 };

/** A PNG file of pixels. */
export function toPng({ data, width, height, channels, bits = 8 }: Pixels): Uint8Array {
  const line = Math.ceil((width * channels * bits) / 8);
  const raw = Buffer.alloc((line + 1) * height);
  for (let y = 0; y < height; y++) raw.set(data.subarray(y * line, (y + 1) * line), y * (line + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = colorTypes[channels] ?? 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(raw, { level: 1 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
