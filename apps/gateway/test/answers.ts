/** Reads JSON answers of the gateway. */
import { z } from 'zod';

const bodySchema = z.record(z.string(), z.unknown());
const errorSchema = z.looseObject({ error: bodySchema });
const ticketSchema = z.looseObject({ ticket: z.string() });

/** The body, an object. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return bodySchema.parse(await response.json());
}

/** What went wrong. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  return errorSchema.parse(await response.json()).error;
}

/** The ticket of an answer to `POST /tickets`. */
export async function ticketOf(response: Response): Promise<string> {
  return ticketSchema.parse(await response.json()).ticket;
}
