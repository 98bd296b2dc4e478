/**
 * Writes pictures (JPEG) as a video that any player shows: AVI 1.0 with Motion JPEG, which needs no encoder.
 * Format: Microsoft's "AVI RIFF File Reference".
 */
import type { FileHandle } from 'node:fs/promises';

const headerBytes = 224;

export class AviWriter {
  readonly #file: FileHandle;
  readonly #fps: number;
  readonly #sizes: number[] = [];
  #dataBytes = 0;
  #size = { width: 0, height: 0 };

  constructor(file: FileHandle, fps: number) {
    this.#file = file;
    this.#fps = fps;
  }

  get frames(): number {
    return this.#sizes.length;
  }

  get bytes(): number {
    return headerBytes + this.#dataBytes;
  }

  /** Adds a picture, or, without one, shows the last one longer. */
  async add(jpeg: Buffer = Buffer.alloc(0)): Promise<void> {
    if (this.#size.width === 0) this.#size = jpegSize(jpeg);
    const padded = jpeg.length % 2 === 0 ? jpeg : Buffer.concat([jpeg, Buffer.alloc(1)]);
    const chunk = Buffer.concat([Buffer.from('00dc'), uint32(jpeg.length), padded]);
    await this.#file.write(chunk, 0, chunk.length, headerBytes + this.#dataBytes);
    this.#sizes.push(jpeg.length);
    this.#dataBytes += chunk.length;
  }

  /** Writes the index and the header. */
  async end(): Promise<void> {
    let offset = 4;
    const entries = this.#sizes.map((size) => {
      const entry = Buffer.concat([Buffer.from('00dc'), uint32(size > 0 ? 0x10 : 0), uint32(offset), uint32(size)]);
      offset += 8 + size + (size % 2);
      return entry;
    });
    const index = Buffer.concat([Buffer.from('idx1'), uint32(entries.length * 16), ...entries]);
    await this.#file.write(index, 0, index.length, headerBytes + this.#dataBytes);
    const header = this.#header(index.length);
    await this.#file.write(header, 0, header.length, 0);
  }

  #header(indexBytes: number): Buffer {
    const { width, height } = this.#size;
    const largest = this.#sizes.reduce((most, size) => Math.max(most, size), 0);
    const main = [Math.round(1e6 / this.#fps), largest * this.#fps, 0, 0x10, this.frames, 0, 1, largest, width, height, 0, 0, 0, 0];
    const stream = [0, 0, 0, 1, this.#fps, 0, this.frames, largest, 0xffffffff, 0];
    const format = [40, width, height, 1 + (24 << 16), 0, width * height * 3, 0, 0, 0, 0];
    format[4] = Buffer.from('MJPG').readUInt32LE();
    const frame = Buffer.alloc(8);
    frame.writeUInt16LE(width, 4);
    frame.writeUInt16LE(height, 6);
    const streamList = list('strl', [
      chunk('strh', [Buffer.from('vidsMJPG'), ...stream.map(uint32), frame]),
      chunk('strf', format.map(uint32)),
    ]);
    const headers = list('hdrl', [chunk('avih', main.map(uint32)), streamList]);
    const movie = Buffer.concat([Buffer.from('LIST'), uint32(this.#dataBytes + 4), Buffer.from('movi')]);
    const all = 4 + headers.length + movie.length + this.#dataBytes + indexBytes;
    return Buffer.concat([Buffer.from('RIFF'), uint32(all), Buffer.from('AVI '), headers, movie]);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function chunk(id: string, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(id), uint32(body.length), body]);
}

function list(id: string, parts: readonly Buffer[]): Buffer {
  return chunk('LIST', [Buffer.from(id), ...parts]);
}

/** Width and height of a JPEG, from its start-of-frame segment (ITU-T T.81, B.2.2). */
function jpegSize(jpeg: Buffer): { width: number; height: number } {
  for (let at = 2; at + 9 < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2) return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
  }
  return { width: 0, height: 0 };
}
