/** Runs one call of one tool: checks, limits, span, errors. Every front door comes through here. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Content } from './content.ts';
import type { ToolContext } from './context.ts';
import { type ErrorBody, ToolError } from './errors.ts';
import { attributes, errorType } from './telemetry/conventions.ts';
import { contentOnSpan } from './telemetry/content.ts';
import { withSpan } from './telemetry/span.ts';
import type { Tool } from './tool.ts';

/** The context of a call before the server's state is there. */
export type CallContext = Omit<ToolContext, 'domain'>;

/** The answer of a tool: what the model reads, and the facts. */
export interface Answer {
  readonly content: Content[];
  readonly facts: Record<string, unknown>;
}

/**
 * Runs a tool.
 *
 * @param tool the tool
 * @param args its arguments, unchecked
 * @param open gives the server's state; called only after the arguments were found good
 * @param ctx the context of the call
 * @throws ToolError, and nothing else
 */
export async function invoke<Domain>(tool: Tool<Domain>, args: unknown, open: () => Promise<Domain>, ctx: CallContext): Promise<Answer> {
  return withSpan(
    `execute_tool ${tool.name}`,
    { attributes: { [attributes.operationName]: 'execute_tool', [attributes.toolName]: tool.name, [attributes.toolType]: 'function' } },
    async (span) => {
      try {
        contentOnSpan(span, 'arguments', args);
        const input = parseInput(tool, args);
        const data = await tool.run(input, { ...ctx, domain: await open() });
        const facts = tool.output.parse(data);
        contentOnSpan(span, 'result', facts);
        return limited({ content: render(tool, data, facts, input), facts }, ctx.limits.answerBytes, tool.name);
      } catch (error) {
        const known = toToolError(error, ctx);
        span.setAttribute(errorType, known.code);
        throw known;
      }
    },
  );
}

function parseInput(tool: Tool<never> | Tool, args: unknown): Record<string, unknown> {
  const parsed = tool.input.safeParse(args ?? {});
  if (parsed.success) return parsed.data;
  const known = Object.keys(tool.input.shape).join(', ') || 'none';
  throw new ToolError('INVALID_ARGUMENT', `${tool.name}: ${z.prettifyError(parsed.error)}`, {
    advice: `Arguments of ${tool.name}: ${known}.`,
    data: { issues: parsed.error.issues.map(({ path, code, message }) => ({ path: path.map(String), code, message })) },
  });
}

function render(
  tool: Tool<never> | Tool,
  data: Record<string, unknown>,
  facts: Record<string, unknown>,
  input: Record<string, unknown>,
): Content[] {
  const made = tool.render ? tool.render(data, input) : JSON.stringify(facts);
  return typeof made === 'string' ? [{ type: 'text', text: made }] : made;
}

/** No character takes more bytes in JSON than this; quotes, newlines and control characters take more than in the text. */
const mostEscapedBytes = 6;

function limited(answer: Answer, most: number, name: string): Answer {
  const size = Buffer.byteLength(JSON.stringify(answer.facts)) + answer.content.reduce((sum, block) => sum + weightOf(block), 0);
  if (size * mostEscapedBytes <= most) return answer;
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes <= most) return answer;
  throw new ToolError('PAYLOAD_TOO_LARGE', `The answer of ${name} has ${bytes} bytes; the limit is ${most}.`);
}

function weightOf(block: Content): number {
  if (block.type === 'text') return Buffer.byteLength(block.text);
  return block.type === 'image' ? block.data.length : Buffer.byteLength(JSON.stringify(block));
}

/** Whatever was thrown, as an error for the caller; the unknown is logged and shown by an id. */
export function toToolError(error: unknown, ctx: CallContext): ToolError {
  if (ToolError.is(error)) return error;
  if (ctx.signal.aborted) {
    const { reason } = ctx.signal;
    if (ToolError.is(reason)) return reason;
    if (reason instanceof Error && reason.name === 'TimeoutError') {
      return new ToolError('DEADLINE_EXCEEDED', `The call took longer than ${ctx.limits.callTimeoutMs} ms.`, { cause: error });
    }
    return new ToolError('CANCELLED', 'The call was cancelled.', { cause: error });
  }
  const id = randomUUID();
  ctx.log.error('tool failed', { id, error });
  return new ToolError('INTERNAL', `Something went wrong inside Sandlot (id ${id}).`, { cause: error });
}

/** The error for a caller: what was wrong, then what to do. */
export function errorText(body: ErrorBody): string {
  return `${body.message}\n${body.advice}`;
}
