/** Pictures of a page that come with it: in its own text, or from the book or mail that it is part of. */
import type { ConvertContext } from '../converter.ts';
import type { Picture } from '../model/document.ts';

/** The picture that a page's `src` means, when the document around the page holds it. */
export type FindPicture = (source: string) => Picture | undefined;

/** @returns the printed target of a source; undefined where the source itself is printed */
export function pictureTargets({ options, pictures }: ConvertContext, find?: FindPicture): (source: string) => string | undefined {
  if (options.images !== 'save' && options.images !== 'data') return () => undefined;
  return (source) => {
    const picture = source.startsWith('data:') ? embedded(source) : find?.(source);
    return picture && pictures.target(picture);
  };
}

/** A `data:` address: https://www.rfc-editor.org/rfc/rfc2397. */
function embedded(source: string): Picture | undefined {
  const [, mimetype, encoded] = /^data:(image\/[\w.+-]+);base64,([\w+/=\s]+)$/i.exec(source) ?? [];
  if (mimetype === undefined || encoded === undefined) return undefined;
  const name = `image.${mimetype.slice(6).replace(/\+.*/, '')}`;
  return { type: 'image', alt: '', name, mimetype: mimetype.toLowerCase(), bytes: () => Buffer.from(encoded, 'base64') };
}
