/** Which users servers run as. */
import type { OptionTable } from '@sandlot/core/config';
import { z } from 'zod';

const user = z
  .string()
  .regex(/^\d+:\d+$/, 'a user and a group by number, such as 1001:1001')
  .optional();

/** Options that put servers under users of their own. */
export const userOptions = {
  agentUser: {
    description:
      "User that Sandlot's servers, and so an agent's commands, run as, as UID:GID; unless set, the gateway's own. The image sets it when it starts as root",
    placeholder: 'UID:GID',
    schema: user,
    env: 'SANDLOT_AGENT_USER',
  },
  upstreamUser: {
    description:
      "User that added servers that are programs run as, as UID:GID; unless set, the gateway's own. An agent cannot read their tokens then",
    placeholder: 'UID:GID',
    schema: user,
    env: 'SANDLOT_UPSTREAM_USER',
  },
} satisfies OptionTable;
