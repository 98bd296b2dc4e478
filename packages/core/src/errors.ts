/**
 * The one error class that users see, and the table behind it. The codes are the canonical codes of gRPC
 * (https://grpc.io/docs/guides/status-codes/), plus PAYLOAD_TOO_LARGE for HTTP 413.
 */

const table = {
  INVALID_ARGUMENT: { status: 400, retryable: false, advice: 'Correct the arguments and call again.' },
  FAILED_PRECONDITION: { status: 409, retryable: false, advice: 'Bring the target into the required state first.' },
  UNAUTHENTICATED: { status: 401, retryable: false, advice: 'Send "Authorization: Bearer <key>".' },
  PERMISSION_DENIED: { status: 403, retryable: false, advice: 'Use a target that the policy allows.' },
  NOT_FOUND: { status: 404, retryable: false, advice: 'Check the name, or list what exists.' },
  ALREADY_EXISTS: { status: 409, retryable: false, advice: 'Choose another name, or ask for it to be replaced.' },
  ABORTED: { status: 409, retryable: true, advice: 'Read the current state and call again.' },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, advice: 'Send or ask for less at a time.' },
  UNSUPPORTED: { status: 415, retryable: false, advice: 'Use a supported kind.' },
  RESOURCE_EXHAUSTED: { status: 429, retryable: true, advice: 'Wait a little, then call again.' },
  CANCELLED: { status: 499, retryable: true, advice: 'The caller cancelled this call.' },
  INTERNAL: { status: 500, retryable: false, advice: 'This is a defect; the log has the details under this id.' },
  UNAVAILABLE: { status: 503, retryable: true, advice: 'Call again; it is started anew.' },
  DEADLINE_EXCEEDED: { status: 504, retryable: true, advice: 'Allow more time, or do less in one call.' },
} as const satisfies Record<string, ErrorRow>;

interface ErrorRow {
  /** HTTP status of a REST answer. */
  readonly status: number;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What to do next, when the error itself gives no better advice. */
  readonly advice: string;
}

/** One of the closed set of error codes. */
export type ErrorCode = keyof typeof table;

/** Every error code with its HTTP status, whether it is retryable, and default advice. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = table;

/** Options of a {@link ToolError}. */
export interface ToolErrorOptions {
  /** The error that caused this one; logged, never shown to the caller. */
  cause?: unknown;
  /** What to do next. Default: the advice of the code. */
  advice?: string;
  /** Machine-readable facts for the caller. Never put a secret here. */
  data?: Record<string, unknown>;
}

/** The form in which an error reaches a caller, the same on MCP and on REST. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  advice: string;
  data?: Record<string, unknown>;
}

const brand = Symbol.for('sandlot.ToolError');

/**
 * An error that the caller should read. The message says what was wrong and names the value.
 *
 * @example throw new ToolError('NOT_FOUND', `No file "${path}".`, { advice: 'List the folder with file_list.' });
 */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly advice: string;
  readonly data: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice ?? table[code].advice;
    this.data = options.data;
  }

  /** HTTP status that belongs to the code. */
  get status(): number {
    return table[this.code].status;
  }

  /** The error as MCP and REST show it. */
  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      retryable: table[this.code].retryable,
      advice: this.advice,
      ...(this.data && { data: this.data }),
    };
  }

  /** Recognises a ToolError also when it comes from another copy of this package. */
  static is(value: unknown): value is ToolError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
