/** The servers that are compared, and how each is asked for the same thing. */
import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@modelcontextprotocol/client';
import { installPeer } from './peers.ts';

/** One server. */
export interface Target {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  open(client: Client, url: string): Promise<string>;
  snapshot(client: Client): Promise<string>;
  /** The name by which a click finds the first button called "Go" in a snapshot. */
  find(snapshot: string, client: Client): string | Promise<string>;
  click(client: Client, element: string): Promise<string>;
  /** Clicks and looks, in as few calls as the server needs. */
  actAndSee(client: Client, element: string): Promise<{ calls: number; text: string }>;
  /** Ends what stays behind when its client has gone. */
  end?(): Promise<void>;
}

const run = promisify(execFile);
async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const result = await client.callTool({ name, arguments: args }, { timeout: 120_000 });
  return result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}

function first(pattern: RegExp, text: string): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`No button "Go" in: ${text.slice(0, 500)}`);
  return found;
}

/** Clicks with one call and looks with a second one. */
async function twice(clicked: Promise<string>, look: () => Promise<string>): Promise<{ calls: number; text: string }> {
  return { calls: 2, text: `${await clicked}\n${await look()}` };
}

/** This server, from its build. */
export function sandlot(workspace: string): Target {
  const click = (client: Client, target: string) => call(client, 'browser_click', { target });
  return {
    name: 'sandlot',
    args: [fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url)), '--workspace', workspace],
    open: (client, url) => call(client, 'browser_navigate', { url }),
    snapshot: (client) => call(client, 'browser_snapshot'),
    // Its snapshots of long pages are cut.
    find: async (_, client) => first(/button "Go".*?\[ref=(\w+)\]/, await call(client, 'browser_find', { text: 'button "Go"' })),
    click,
    actAndSee: async (client, target) => ({ calls: 1, text: await click(client, target) }),
  };
}

/** A server of others, before it is installed. */
export interface Candidate {
  readonly name: string;
  /** Installs it. @param home folder for what it writes; @param chromium program that it starts */
  readonly prepare: (home: string, chromium: string) => Promise<Target>;
}

/** The others. */
export const candidates: readonly Candidate[] = [
  {
    name: 'playwright-mcp',
    prepare: async (home, chromium) => playwright(join(await installPeer('@playwright/mcp'), 'cli.js'), chromium, home),
  },
  {
    name: 'chrome-devtools-mcp',
    prepare: async (home, chromium) =>
      chromeDevtools(join(await installPeer('chrome-devtools-mcp'), 'build/src/bin/chrome-devtools-mcp.js'), chromium, home),
  },
  {
    name: 'agent-infra',
    prepare: async (home, chromium) =>
      agentInfra(join(await installPeer('@agent-infra/mcp-server-browser'), 'dist/index.cjs'), chromium, home),
  },
  {
    name: 'agent-browser',
    async prepare(home, chromium) {
      const bin = join(await installPeer('agent-browser'), 'bin');
      await chmod(join(bin, `agent-browser-${process.platform}-${process.arch}`), 0o755);
      return agent(join(bin, 'agent-browser.js'), { HOME: home, AGENT_BROWSER_EXECUTABLE_PATH: chromium });
    },
  },
];

function playwright(bin: string, executable: string, home: string): Target {
  const click = (client: Client, target: string) => call(client, 'browser_click', { target, element: 'Go' });
  const snapshot = (client: Client) => call(client, 'browser_snapshot');
  return {
    name: 'playwright-mcp',
    args: [bin, '--headless', '--isolated', '--executable-path', executable, '--output-dir', home],
    env: { HOME: home },
    open: (client, url) => call(client, 'browser_navigate', { url }),
    snapshot,
    find: (text) => first(/button "Go".*?\[ref=(\w+)\]/, text),
    click,
    actAndSee: (client, target) => twice(click(client, target), () => snapshot(client)),
  };
}

function chromeDevtools(bin: string, executable: string, home: string): Target {
  const click = (client: Client, uid: string, includeSnapshot = false) => call(client, 'click', { uid, includeSnapshot });
  return {
    name: 'chrome-devtools-mcp',
    args: [bin, '--headless', '--isolated', '--executablePath', executable, '--no-usage-statistics', '--no-page-id-routing'],
    env: { HOME: home, CI: '1' },
    open: (client, url) => call(client, 'navigate_page', { type: 'url', url }),
    snapshot: (client) => call(client, 'take_snapshot'),
    find: (text) => first(/uid=(\S+) button "Go"/, text),
    click,
    actAndSee: async (client, uid) => ({ calls: 1, text: await click(client, uid, true) }),
  };
}

function agentInfra(bin: string, executable: string, home: string): Target {
  const click = (client: Client, index: string) => call(client, 'browser_click', { index: Number(index) });
  const snapshot = (client: Client) => call(client, 'browser_get_clickable_elements');
  return {
    name: 'agent-infra',
    args: [bin, '--headless', '--executable-path', executable],
    env: { HOME: home },
    open: (client, url) => call(client, 'browser_navigate', { url }),
    snapshot,
    find: (text) => first(/\[(\d+)\][^\n]*>\s*Go\s*</, text),
    click,
    actAndSee: (client, index) => twice(click(client, index), () => snapshot(client)),
  };
}

function agent(bin: string, env: Record<string, string>): Target {
  const click = (client: Client, ref: string) => call(client, 'agent_browser_click', { selector: `@${ref}` });
  const snapshot = (client: Client) => call(client, 'agent_browser_snapshot');
  return {
    name: 'agent-browser',
    args: [bin, 'mcp'],
    env,
    open: (client, url) => call(client, 'agent_browser_open', { url }),
    snapshot,
    find: (text) => first(/button \\?"Go\\?".*?ref=(\w+)/, text),
    click,
    actAndSee: (client, ref) => twice(click(client, ref), () => snapshot(client)),
    end: async () =>
      void (await run(process.execPath, [bin, 'close'], { env: { PATH: process.env['PATH'], ...env } }).catch(() => undefined)),
  };
}
