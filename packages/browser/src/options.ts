/** Options of the browser server; flags have playwright-mcp's names where the option is the same. */
import type { OptionTable, OptionValues } from '@sandlot/core/config';
import { z } from 'zod';

const milliseconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const options = {
  executablePath: {
    description: "Chromium or Chrome to run; without it the system's is looked for, then Playwright's download",
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
    env: ['SANDLOT_BROWSER_EXECUTABLE_PATH', 'PLAYWRIGHT_MCP_EXECUTABLE_PATH', 'CHROME_PATH'],
  },
  headless: {
    description: 'Run without a window; --no-headless needs a display',
    boolean: true,
    schema: z.boolean().default(true),
  },
  sandbox: {
    description: "Chromium's own sandbox; --no-sandbox switches it off, which a warning in the log and in the answers tells",
    boolean: true,
    schema: z.boolean().default(true),
  },
  outputDir: {
    description: 'Folder for downloads, inside the workspace',
    placeholder: 'DIR',
    schema: z.string().min(1).default('downloads'),
  },
  viewportSize: {
    description: 'Size of a page in CSS pixels',
    placeholder: 'WIDTHxHEIGHT',
    schema: z
      .string()
      .regex(/^\d{2,4}x\d{2,4}$/, 'expected WIDTHxHEIGHT, for example 1280x720')
      .default('1280x720'),
  },
  userAgent: {
    description: 'User agent that pages see',
    placeholder: 'TEXT',
    schema: z.string().min(1).optional(),
  },
  ignoreHttpsErrors: {
    description: 'Open pages whose certificate is not valid',
    boolean: true,
    schema: z.boolean().default(false),
  },
  timeoutAction: {
    description: 'Longest wait for an element to become usable, in milliseconds',
    placeholder: 'MS',
    schema: milliseconds(5_000),
  },
  timeoutNavigation: {
    description: 'Longest wait for a page to answer, in milliseconds',
    placeholder: 'MS',
    schema: milliseconds(30_000),
  },
  idleTimeout: {
    description: "Idle time after which a caller's tabs are closed, in milliseconds",
    placeholder: 'MS',
    schema: milliseconds(60 * 60_000),
  },
} satisfies OptionTable;

/** The parsed options. */
export type BrowserOptions = OptionValues<typeof options>;
