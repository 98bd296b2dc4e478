/** The pictures that a page draws, for engines that read text in them. */
import { type Pixels, toPng } from '../media/png.ts';
import type { Page } from './page.ts';

type Operator = 'paintImageXObject' | 'paintInlineImageXObject' | 'paintImageMaskXObject';

/** A picture as the engine hands it over; `kind` is its ImageKind: one bit of grey, three or four bytes of colour. */
interface EngineImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly kind?: number;
}

const kinds: Readonly<Record<number, { readonly channels: number; readonly bits: number }>> = {
  1: { channels: 1, bits: 1 },
  2: { channels: 3, bits: 8 },
  3: { channels: 4, bits: 8 },
};
/** A scan is one picture, or some strips of about the same size; what is a tenth of the largest is decoration. */
const leastShare = 0.1;
const mostPictures = 64;

/** The large pictures of a page as PNG files, in the order in which they are drawn. */
export async function pagePictures(page: Page, ops: Readonly<Record<Operator, number>>): Promise<Uint8Array[]> {
  const { fnArray, argsArray } = await page.getOperatorList();
  const drawing = new Set([ops.paintImageXObject, ops.paintInlineImageXObject, ops.paintImageMaskXObject]);
  const images: EngineImage[] = [];
  for (const [at, operator] of fnArray.entries()) {
    if (!drawing.has(operator) || images.length >= mostPictures) continue;
    const [given]: unknown[] = argsArray[at] ?? [];
    const image = await imageOf(page, given);
    if (image) images.push(operator === ops.paintImageMaskXObject ? { ...image, kind: 1 } : image);
  }
  const largest = Math.max(0, ...images.map(areaOf));
  const pictures = images.filter((image) => areaOf(image) >= largest * leastShare).flatMap((image) => toPixels(image) ?? []);
  page.cleanup();
  return pictures.map(toPng);
}

/** Pictures are named by a key, masks by an object with one, and small ones are there themselves. */
async function imageOf(page: Page, given: unknown): Promise<EngineImage | undefined> {
  if (typeof given === 'string') return stored(page, given);
  if (typeof given !== 'object' || given === null) return undefined;
  if ('data' in given && typeof given.data === 'string') return stored(page, given.data);
  return isImage(given) ? given : undefined;
}

async function stored(page: Page, key: string): Promise<EngineImage | undefined> {
  const objects = key.startsWith('g_') ? page.commonObjs : page.objs;
  const image = await new Promise<unknown>((resolve) => void objects.get(key, resolve));
  return isImage(image) ? image : undefined;
}

function isImage(value: unknown): value is EngineImage {
  if (typeof value !== 'object' || value === null || !('data' in value && 'width' in value && 'height' in value)) return false;
  const { data, width, height } = value;
  return (
    (data instanceof Uint8Array || data instanceof Uint8ClampedArray) &&
    typeof width === 'number' &&
    typeof height === 'number' &&
    width > 0 &&
    height > 0
  );
}

function areaOf({ width, height }: EngineImage): number {
  return width * height;
}

/** Undefined for a picture that has less data than its size needs. */
function toPixels({ width, height, data, kind }: EngineImage): Pixels | undefined {
  const format = kinds[kind ?? 0] ?? { channels: data.length / (width * height), bits: 8 };
  const pixels: Pixels = { data, width, height, ...format };
  return [1, 3, 4].includes(format.channels) && data.length >= Math.ceil((width * format.channels * format.bits) / 8) * height
    ? pixels
    : undefined;
}
