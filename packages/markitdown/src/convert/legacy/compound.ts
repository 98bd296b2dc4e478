/** Compound files: the container of old Office documents. */
import { CFB } from '@e965/xlsx';
import { ConvertError, reasonOf } from '../errors.ts';

/** The streams of a compound file. */
export interface Compound {
  /** The bytes of a stream; undefined when there is none. */
  stream(name: string): Uint8Array | undefined;
}

/** Opens a compound file. @throws ConvertError when it is broken */
export function openCompound(bytes: Uint8Array): Compound {
  let file: unknown;
  try {
    file = CFB.read(bytes, { type: 'buffer' });
  } catch (error) {
    throw new ConvertError('malformed', `The file is broken: ${reasonOf(error)}`, { cause: error });
  }
  return {
    stream(name) {
      const entry: unknown = CFB.find(file, `/${name}`);
      if (typeof entry !== 'object' || entry === null || !('content' in entry)) return undefined;
      const { content } = entry;
      return content instanceof Uint8Array ? content : Array.isArray(content) ? Uint8Array.from(content.map(Number)) : undefined;
    },
  };
}
