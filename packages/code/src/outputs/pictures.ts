/** Pictures that code shows. */

/** The first bytes of each kind, in hexadecimal: models refuse a picture that is not what it says. */
const beginnings: Readonly<Record<string, RegExp>> = {
  'image/png': /^89504e470d0a1a0a/,
  'image/jpeg': /^ffd8ff/,
  'image/gif': /^474946383[79]61/,
  'image/webp': /^52494646.{8}57454250/,
};

/** MIME types of the pictures that a model can be given. */
export const pictureTypes = Object.keys(beginnings);

/** Reads a picture from base64; undefined for what is none of its type. */
export function readPicture(mime: string, base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return beginnings[mime]?.test(bytes.subarray(0, 12).toString('hex')) ? bytes : undefined;
}
