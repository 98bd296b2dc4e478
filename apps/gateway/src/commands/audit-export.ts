/** `sandlot audit export`. */
import type { OptionTable, OptionValues } from '@sandlot/core/config';
import { z } from 'zod';
import { exportCalls } from '../audit/export.ts';
import type { CommandOutput } from './output.ts';

const time = (description: string) => ({ description, placeholder: 'TIME', schema: z.coerce.date().optional(), env: [] });
const name = (description: string, placeholder: string) => ({ description, placeholder, schema: z.string().min(1).optional(), env: [] });

/** Options of `sandlot audit export`. */
export const exportOptions = {
  since: time('Only calls that began at this time or later, such as 2026-01-31T12:00:00Z'),
  until: time('Only calls that began before this time'),
  principal: name('Only calls of this principal', 'NAME'),
  server: name('Only calls of this server', 'NAME'),
  tool: name('Only calls of this tool', 'NAME'),
  outcome: {
    description: 'Only calls that ended so: ok, error, cancelled, denied; or open: without an end',
    placeholder: 'OUTCOME',
    schema: z.enum(['ok', 'error', 'cancelled', 'denied', 'open']).optional(),
    env: [],
  },
} satisfies OptionTable;

const chunkCharacters = 64 * 1024;

/** Prints the calls of logs. */
export async function writeCalls(
  logs: readonly { files: readonly string[] }[],
  values: OptionValues<typeof exportOptions>,
  output: CommandOutput,
): Promise<number> {
  let text = '';
  for (const { files } of logs) {
    for (const call of exportCalls(files, values)) {
      text += `${JSON.stringify(call)}\n`;
      if (text.length < chunkCharacters) continue;
      await output.out(text);
      text = '';
    }
  }
  if (text !== '') await output.out(text);
  return 0;
}
