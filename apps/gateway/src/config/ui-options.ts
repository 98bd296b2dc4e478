/** Options of the UIs. */
import type { OptionTable } from '@sandlot/core/config';
import { z } from 'zod';
import { isBasePath } from '../ui/place.ts';

export const uiOptions = {
  basePath: {
    description: 'Part of the URL under which a proxy shows the gateway, such as /sandbox; requests may come with it or without',
    placeholder: 'PATH',
    schema: z
      .string()
      .transform((text) => text.replace(/\/+$/, ''))
      .refine((text) => text === '' || isBasePath(text), 'expected a path such as /sandbox')
      .default(''),
    env: 'SANDLOT_BASE_PATH',
  },
  uiIdleMs: {
    description: 'The editor or the notebooks without a request for this long are stopped, in milliseconds; 0 never stops them',
    placeholder: 'MS',
    schema: z.coerce
      .number()
      .int()
      .min(0)
      .default(30 * 60_000),
    env: 'SANDLOT_UI_IDLE_MS',
  },
  blockedPorts: {
    description: "Ports that are not previewed besides those below 1024 and Sandlot's own, separated by commas",
    placeholder: 'PORTS',
    schema: z
      .union([
        z.array(z.coerce.number()),
        z.string().transform((text) =>
          text
            .split(',')
            .filter((part) => part.trim() !== '')
            .map(Number),
        ),
      ])
      .pipe(z.array(z.number().int().min(1).max(65_535)))
      .default([]),
    env: 'SANDLOT_BLOCKED_PORTS',
  },
} satisfies OptionTable;
