/** What becomes of pictures: a name, a data URI, or a file of their own. */
import { createHash } from 'node:crypto';
import type { Picture } from './model/document.ts';
import type { ConvertOptions } from './options.ts';

/** A picture to save. */
export interface SavedPicture {
  /** File name, made from the content: equal pictures are one file. */
  readonly name: string;
  readonly mimetype: string;
  readonly bytes: Uint8Array;
}

/** Decides what is printed for a picture, and keeps those that are to be saved. */
export class PictureStore {
  readonly #options: ConvertOptions;
  readonly #saved = new Map<string, SavedPicture>();

  constructor(options: ConvertOptions) {
    this.#options = options;
  }

  /** The pictures to save, in order. */
  get saved(): SavedPicture[] {
    return [...this.#saved.values()];
  }

  /** The printed target; undefined when the description alone is printed. */
  target(picture: Picture): string | undefined {
    const mode = this.#options.images ?? 'name';
    if (mode === 'alt') return undefined;
    if (picture.url !== undefined) return picture.url;
    if (mode === 'name') return picture.name;
    const bytes = picture.bytes?.();
    if (!bytes) return picture.name;
    if (mode === 'data') return `data:${picture.mimetype};base64,${Buffer.from(bytes).toString('base64')}`;
    const extension = /\.(\w{1,5})$/.exec(picture.name)?.[1]?.toLowerCase() ?? 'bin';
    const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${extension}`;
    this.#saved.set(name, { name, mimetype: picture.mimetype, bytes });
    const folder = this.#options.imageFolder;
    return folder ? `${folder.replace(/\/+$/, '')}/${name}` : name;
  }
}
