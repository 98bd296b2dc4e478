/** What the two ends of a terminal's WebSocket say to each other besides bytes: one JSON object in a text message. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';

const cols = z.coerce.number().int().min(2).max(1000);
const rows = z.coerce.number().int().min(1).max(1000);

/** The size of a terminal, in characters. */
export const sizeShape = { cols, rows };

const controlSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resize'), cols, rows }),
  z.strictObject({ type: z.literal('end') }),
]);

/** What a viewer asks for. */
export type Control = z.output<typeof controlSchema>;

/** What a viewer is told. */
export type Told =
  | { type: 'ready'; id: string; offset: number; cols: number; rows: number }
  | { type: 'size'; cols: number; rows: number }
  | { type: 'gap'; offset: number }
  | { type: 'exit'; status: string; exit_code?: number; signal?: string }
  | { type: 'error'; message: string };

/** Reads a message of a viewer. @throws ToolError INVALID_ARGUMENT saying what is wrong with it */
export function parseControl(text: string): Control {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ToolError('INVALID_ARGUMENT', 'A text message must be JSON; what is typed goes into binary messages.');
  }
  const parsed = controlSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ToolError('INVALID_ARGUMENT', `This message is not understood: ${z.prettifyError(parsed.error)}`);
}
