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
