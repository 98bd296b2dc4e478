/** The servers that are compared, and how each is asked for the same thing. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@modelcontextprotocol/client';

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
const peers = {
  '@playwright/mcp': '0.0.83',
  'chrome-devtools-mcp': '1.11.0',
  'agent-browser': '0.41.2',
  '@agent-infra/mcp-server-browser': '1.2.29',
};

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

/** The others, installed at pinned versions into a folder of their own; all run the same Chromium. */
export async function installPeers(folder: string, chromium: string): Promise<Target[]> {
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: peers }));
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  const executable = join(folder, 'chromium');
  // They know no way to keep the sandbox as root.
  await writeFile(executable, `#!/bin/sh\nexec "${chromium}" ${process.getuid?.() === 0 ? '--no-sandbox ' : ''}"$@"\n`);
  await chmod(executable, 0o755);
  const file = (name: keyof typeof peers, path: string) => join(folder, 'node_modules', name, path);
  const agentBrowser = {
    bin: file('agent-browser', 'bin/agent-browser.js'),
    env: { HOME: home, AGENT_BROWSER_EXECUTABLE_PATH: executable },
  };
  await chmod(file('agent-browser', `bin/agent-browser-${process.platform}-${process.arch}`), 0o755);
  return [
    playwright(file('@playwright/mcp', 'cli.js'), executable, home),
    chromeDevtools(file('chrome-devtools-mcp', 'build/src/bin/chrome-devtools-mcp.js'), executable, home),
    agentInfra(file('@agent-infra/mcp-server-browser', 'dist/index.cjs'), executable, home),
    agent(agentBrowser.bin, agentBrowser.env),
  ];
}

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
