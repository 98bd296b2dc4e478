/** Options of the browser server; flags have playwright-mcp's names where the option is the same. */
import { isIP } from 'node:net';
import { commaList, type OptionTable, type OptionValues } from '@sandlot/core/config';
import { z } from 'zod';

const hosts = commaList.refine(
  (rules) => rules.every(isHostRule),
  'expected hosts like intra.example or *.example, and networks like 10.0.0.0/8',
);
const ports = commaList
  .refine((words) => words.every((word) => /^\d{1,5}$/.test(word) && Number(word) < 65_536), 'expected port numbers')
  .transform((words) => words.map(Number));

function isHostRule(rule: string): boolean {
  const [address = '', prefix] = rule.split('/');
  const family = isIP(address);
  if (family === 0) return /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(rule);
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

const milliseconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);

export const options = {
  executablePath: {
    description: "Chromium or Chrome to run; without it the system's is looked for, then Playwright's download",
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
    env: ['SANDLOT_BROWSER_EXECUTABLE_PATH', 'PLAYWRIGHT_MCP_EXECUTABLE_PATH', 'CHROME_PATH'],
  },
  cdpEndpoint: {
    description: 'Attach to a Chromium that runs already, such as http://127.0.0.1:9222, rather than start one; it is never ended',
    placeholder: 'URL',
    schema: z
      .string()
      .regex(/^(?:https?|wss?):\/\/[^/]+/, 'expected an address like http://127.0.0.1:9222')
      .optional(),
    env: ['SANDLOT_BROWSER_CDP_ENDPOINT', 'PLAYWRIGHT_MCP_CDP_ENDPOINT'],
  },
  isolated: {
    description: 'Give every caller cookies and storage of its own, also where there is a profile (--cdp-endpoint, --user-data-dir)',
    boolean: true,
    schema: z.boolean().default(false),
  },
  userDataDir: {
    description: 'Folder of a profile that is kept; the first caller has it. Without it nothing is kept',
    placeholder: 'DIR',
    schema: z.string().min(1).optional(),
  },
  headless: {
    description: 'Run without a window; --no-headless needs a display',
    boolean: true,
    schema: z.boolean().default(true),
  },
  display: {
    description:
      'Run with a window on a display of its own, which people watch and use over VNC (/browser/vnc); needs Xvnc and matchbox-window-manager',
    boolean: true,
    schema: z.boolean().default(false),
    env: 'SANDLOT_BROWSER_DISPLAY',
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
  networkPolicy: {
    description:
      'Refuse pages the way to private, link-local and metadata addresses and to the blocked ports; --no-network-policy lets them go anywhere',
    boolean: true,
    schema: z.boolean().default(true),
  },
  allowedHosts: {
    description: 'Hosts and networks that pages may reach although they are private: intra.example, *.example, 10.0.0.0/8',
    placeholder: 'LIST',
    schema: hosts,
  },
  blockedHosts: {
    description: 'Hosts and networks that pages may not reach',
    placeholder: 'LIST',
    schema: hosts,
  },
  blockedPorts: {
    description: "Ports of this machine that pages may not reach: those of the sandbox's own services",
    placeholder: 'LIST',
    schema: ports,
  },
  proxyServer: {
    description: 'Proxy for other machines; with the network policy it speaks HTTP and gets what the policy lets pass',
    placeholder: 'URL',
    schema: z
      .string()
      .regex(/^(?:https?|socks[45]):\/\/[^/]+\/?$/, 'expected an address like http://user:password@proxy.example:3128')
      .optional(),
    secret: true,
  },
  proxyPort: {
    description:
      'Port of 127.0.0.1 for the filtering proxy, for a Chromium that is started elsewhere to go through it; without it any free one',
    placeholder: 'PORT',
    schema: z.coerce.number().int().min(1).max(65_535).optional(),
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
  storageState: {
    description: 'File with cookies and storage that every caller starts with, as browser_storage_state writes it',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  secrets: {
    description: 'File with lines NAME=value; the agent types NAME, the page gets the value, and no answer shows it',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  initScript: {
    description: 'JavaScript file that runs in every page before its own scripts',
    placeholder: 'FILE',
    schema: z.string().min(1).optional(),
  },
  timeoutAction: {
    description: 'Longest wait for an element to become usable, in milliseconds',
    placeholder: 'MS',
    schema: milliseconds(5_000),
  },
  timeoutNavigation: {
    description: 'Longest wait for a page to answer, or a function to return in it, in milliseconds',
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
