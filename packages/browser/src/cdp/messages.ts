/** Messages of the Chrome DevTools Protocol, as far as a relay has to know them: https://chromedevtools.github.io/devtools-protocol/ */
import { z } from 'zod';

const params = z.record(z.string(), z.unknown());

/** A command of a client. */
export const commandSchema = z.object({
  id: z.number().int(),
  method: z.string(),
  params: params.default({}),
  sessionId: z.string().optional(),
});
export type Command = z.output<typeof commandSchema>;

/** What a browser sends: the answer to a command, or an event. */
export const incomingSchema = z.looseObject({
  id: z.number().int().optional(),
  method: z.string().optional(),
  params: params.optional(),
  result: params.optional(),
  error: z.looseObject({ message: z.string() }).optional(),
  sessionId: z.string().optional(),
});
export type Incoming = z.output<typeof incomingSchema>;

/** The part of a target's description that says whose it is. */
export const targetSchema = z.looseObject({
  targetId: z.string(),
  type: z.string(),
  url: z.string().default(''),
  openerId: z.string().optional(),
  browserContextId: z.string().optional(),
});
export type TargetInfo = z.output<typeof targetSchema>;

/** A text field of parameters or results. */
export function text(values: Record<string, unknown> | undefined, name: string): string | undefined {
  const value = values?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** The target that an event or a result describes. */
export function targetIn(values: Record<string, unknown> | undefined): TargetInfo | undefined {
  return targetSchema.safeParse(values?.['targetInfo']).data;
}
