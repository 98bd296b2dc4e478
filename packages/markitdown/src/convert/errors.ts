/** Errors of the library. */

/** Why a conversion failed. */
export type ConvertErrorCode =
  /** No converter for this kind. */
  | 'unsupported'
  /** The bytes are broken. */
  | 'malformed'
  /** A password is needed. */
  | 'encrypted'
  /** A limit was reached; the message names it. */
  | 'limit'
  /** It took too long. */
  | 'timeout'
  /** The caller cancelled. */
  | 'cancelled'
  /** An option does not fit. */
  | 'invalid';

/** A conversion that failed for a reason that the caller should read. */
export class ConvertError extends Error {
  override readonly name = 'ConvertError';
  readonly code: ConvertErrorCode;

  constructor(code: ConvertErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What to tell of an error of a library. What stumbled over a broken structure says nothing to a reader. */
export function reasonOf(error: unknown): string {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError) return 'its parts do not fit together';
  const message = error instanceof Error ? error.message : String(error);
  return /undefined|is not a function|\[object/.test(message)
    ? 'its parts do not fit together'
    : (message.split('\n')[0]?.slice(0, 300) ?? '');
}
