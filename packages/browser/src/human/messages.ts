/** What a person's client sends over the live view. Coordinates are CSS pixels of the visible part of the page. */
import { ToolError } from '@sandlot/core';
import { z } from 'zod';

const note = z.string().min(1).max(2_000).optional();
const place = z.number().min(0).max(20_000);
const delta = z.number().min(-20_000).max(20_000).default(0);

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('take') }),
  z.object({ type: z.literal('give_back'), note }),
  z.object({ type: z.literal('decline'), note }),
  z.object({ type: z.literal('note'), text: z.string().min(1).max(2_000) }),
  z.object({ type: z.literal('watch'), tabId: z.string().optional() }),
  z.object({
    type: z.literal('mouse'),
    action: z.enum(['move', 'down', 'up', 'wheel']),
    x: place,
    y: place,
    button: z.enum(['left', 'right', 'middle']).default('left'),
    clicks: z.number().int().min(1).max(3).default(1),
    dx: delta,
    dy: delta,
  }),
  z.object({ type: z.literal('key'), action: z.enum(['down', 'up', 'press']), key: z.string().min(1).max(50) }),
  z.object({ type: z.literal('text'), text: z.string().min(1).max(100_000) }),
  z.object({ type: z.literal('navigate'), url: z.string().min(1).max(10_000) }),
  z.object({ type: z.literal('history'), way: z.enum(['back', 'forward', 'reload']) }),
  z.object({ type: z.literal('dialog'), accept: z.boolean(), text: z.string().max(10_000).optional() }),
]);

/** A message of a person's client. */
export type HumanMessage = z.output<typeof messageSchema>;
/** One that acts in the page. */
export type HumanInput = Extract<HumanMessage, { type: 'mouse' | 'key' | 'text' | 'navigate' | 'history' | 'dialog' }>;

/** @throws ToolError INVALID_ARGUMENT */
export function parseMessage(message: string | Buffer): HumanMessage {
  let json: unknown;
  try {
    json = JSON.parse(message.toString());
  } catch {
    throw new ToolError('INVALID_ARGUMENT', 'Messages are JSON.');
  }
  const parsed = messageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ToolError('INVALID_ARGUMENT', z.prettifyError(parsed.error).slice(0, 500));
}
