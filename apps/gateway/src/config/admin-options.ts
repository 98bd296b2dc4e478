/** What the API may do with servers. */
import type { OptionTable } from '@sandlot/core/config';
import { z } from 'zod';

/** Options of the administration of servers. */
export const adminOptions = {
  allowStdioAdmin: {
    description: 'Whoever has the scope gateway:admin may add servers that are programs of this machine',
    boolean: true,
    schema: z.boolean().default(false),
    env: 'SANDLOT_ALLOW_STDIO_ADMIN',
  },
  allowPrivateUpstreams: {
    description: 'Servers that are added over the API may have addresses that are not public',
    boolean: true,
    schema: z.boolean().default(false),
    env: 'SANDLOT_ALLOW_PRIVATE_UPSTREAMS',
  },
} satisfies OptionTable;
