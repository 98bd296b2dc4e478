/** Errors of the library as errors of a tool. */
import { type ErrorCode, ToolError } from '@sandlot/core';
import { ConvertError, type ConvertErrorCode } from '../convert/errors.ts';

const codes: Readonly<Record<ConvertErrorCode, ErrorCode>> = {
  unsupported: 'UNSUPPORTED',
  malformed: 'INVALID_ARGUMENT',
  encrypted: 'FAILED_PRECONDITION',
  limit: 'PAYLOAD_TOO_LARGE',
  timeout: 'DEADLINE_EXCEEDED',
  cancelled: 'CANCELLED',
  invalid: 'INVALID_ARGUMENT',
};

const advice: Readonly<Partial<Record<ConvertErrorCode, string>>> = {
  unsupported: 'Convert it to a supported kind first: HTML, PDF, Office, OpenDocument, EPUB, CSV, JSON, mail or text.',
  malformed: 'Check that the file is complete and opens in its own program.',
  encrypted: 'Give its password, or a copy without one.',
  limit: 'Ask for some pages only, or start the server with a higher limit.',
};

/** Translates an error of a conversion; others stay what they are. */
export function toToolError(error: unknown, label: string): unknown {
  if (!(error instanceof ConvertError)) return error;
  const hint = advice[error.code];
  return new ToolError(codes[error.code], `${label}: ${error.message}`, { cause: error, ...(hint !== undefined && { advice: hint }) });
}
