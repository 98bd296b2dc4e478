/** Answers and errors in the form of a `tools/call` result. */
import type { ErrorBody } from '../errors.ts';
import { type Answer, errorText } from '../invoke.ts';

/** Key of `_meta` under which a failed call carries its error as data. */
export const errorMetaKey = 'sandlot.dev/error';

/** A `tools/call` result, as in the MCP specification (`CallToolResult`). */
export interface ToolResult {
  [key: string]: unknown;
  content: unknown[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

/** The result of a call that went well. */
export function toResult(answer: Answer): ToolResult {
  return { content: answer.content, structuredContent: answer.facts };
}

/** The result of a call that failed: the model reads what was wrong and what to do. */
export function toErrorResult(body: ErrorBody): ToolResult {
  return { content: [{ type: 'text', text: errorText(body) }], isError: true, _meta: { [errorMetaKey]: body } };
}
