/** Starts one Chromium, on a pipe, so that it ends with this process however this process ends. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Log, ToolError } from '@sandlot/core';
import { environment } from '@sandlot/core/config';
import { withSpan } from '@sandlot/core/telemetry';
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { type Display, startDisplay } from '../display/display.ts';
import { proxyBypass, webRtcFlags } from '../network/leaks.ts';
import type { FilteringProxy } from '../network/proxy.ts';
import type { BrowserOptions } from '../options.ts';
import type { Attached } from './attach.ts';
import { findExecutable } from './executable.ts';
import { openProfile } from './profile.ts';
import { decideSandbox, namespaceCommand, type SandboxDecision } from './sandbox.ts';

/** What goes past the filtering proxy of a browser that was attached to, in words. */
export interface Leaks {
  /** From the browser's own windows. */
  readonly profile: readonly string[];
  /** From contexts that are made for callers. */
  readonly contexts: readonly string[];
  /** How the browser would have to be started. */
  readonly flags: readonly string[];
}

/** A running Chromium. */
export interface Launched {
  readonly browser: Browser;
  readonly sandbox: SandboxDecision;
  /** The way to the network; undefined when the policy is off. */
  readonly proxy: FilteringProxy | undefined;
  /** What goes past the proxy; only somebody else's browser may have that. */
  readonly leaks?: Leaks;
  /** The context whose cookies and storage are kept: that of a browser which was attached to, or of `--user-data-dir`. */
  readonly profile?: BrowserContext;
  /** The display that its windows are on, when it has one of its own. */
  readonly display?: Display;
  /** Set when the browser belongs to somebody else. */
  readonly attached?: Attached;
  /** Ends it and removes what it left on disk; one that was attached to goes on. */
  close(): Promise<void>;
}

/** What Chromium would otherwise do on its own, over the network or on the screen. */
const flags = [
  '--disable-background-networking',
  '--disable-client-side-phishing-detection',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
  '--no-default-browser-check',
  '--no-service-autorun',
  ...webRtcFlags,
];

/** With a proxy Chromium has no names to resolve itself; nothing may go past it. */
const proxiedFlags = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];

/** Variables that Chromium may see; the rest of our environment, keys among it, stays here. */
const passed = [
  'PATH',
  'HOME',
  'USER',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'DISPLAY',
  'XAUTHORITY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
];

/**
 * Starts Chromium.
 *
 * @param proxy its only way to a network
 * @throws ToolError UNAVAILABLE when it cannot be started, with the reason
 */
export async function launchChromium(options: BrowserOptions, log: Log, proxy: FilteringProxy | undefined): Promise<Launched> {
  return withSpan('browser.launch', {}, async (span) => {
    const executable = await findExecutable(options.executablePath, downloadedExecutable());
    const sandbox = await decideSandbox(options.sandbox);
    span.setAttribute('sandlot.browser.sandbox', sandbox.mode);
    if (sandbox.warning) log.warn(sandbox.warning);
    const home = await mkdtemp(join(tmpdir(), 'sandlot-browser-'));
    let display: Display | undefined;
    const remove = async () => {
      await display?.[Symbol.asyncDispose]();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    };
    try {
      display = options.display ? await startDisplay(options.viewportSize, log) : undefined;
      const launchOptions: LaunchOptions = {
        executablePath: await writeLauncher(home, executable, sandbox),
        chromiumSandbox: sandbox.mode !== 'off',
        headless: options.headless && !display,
        args: proxy ? [...flags, ...proxiedFlags] : flags,
        ...proxyOptions(proxy, options),
        artifactsDir: join(home, 'artifacts'),
        env: { ...pickEnvironment(), ...(display && { DISPLAY: display.name }) },
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        timeout: 60_000,
      };
      const { userDataDir, isolated } = options;
      const kept = userDataDir !== undefined && !isolated ? await openProfile(userDataDir, options, launchOptions) : undefined;
      const browser = kept?.browser ?? (await chromium.launch(launchOptions));
      log.info('browser started', { version: browser.version(), executable, sandbox: sandbox.mode });
      const close = async () => {
        try {
          await browser.close();
        } finally {
          await remove();
        }
      };
      return { browser, sandbox, proxy, close, ...(display && { display }), ...(kept && { profile: kept.context }) };
    } catch (error) {
      await remove();
      if (ToolError.is(error)) throw error;
      throw toLaunchError(error, executable);
    }
  });
}

function proxyOptions(proxy: FilteringProxy | undefined, { proxyServer }: BrowserOptions): LaunchOptions {
  if (proxy) return { proxy: { server: proxy.url, bypass: proxyBypass } };
  if (proxyServer === undefined) return {};
  const { protocol, host, username, password } = new URL(proxyServer);
  const credentials = username === '' ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { proxy: { server: `${protocol}//${host}`, ...credentials } };
}

function downloadedExecutable(): string | undefined {
  try {
    return chromium.executablePath();
  } catch {
    return undefined;
  }
}

function pickEnvironment(): Record<string, string> {
  const all = environment();
  return Object.fromEntries(passed.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/**
 * A shell script in front of Chromium: enters the namespace, and removes the profile and this folder when Chromium has
 * ended although we are gone (SIGKILL).
 */
async function writeLauncher(home: string, executable: string, { mode }: SandboxDecision): Promise<string> {
  if (process.platform === 'win32') return executable;
  const path = join(home, 'chromium');
  const command = [...(mode === 'user-namespace' ? namespaceCommand : []), executable].map(quote).join(' ');
  await writeFile(
    path,
    `#!/bin/sh
profile=
for word in "$@"; do
  case $word in --user-data-dir=*playwright_chromiumdev_profile-*) profile=\${word#--user-data-dir=} ;; esac
done
${command} "$@"
code=$?
rm -rf ${quote(home)} \${profile:+"$profile"}
exit $code
`,
  );
  await chmod(path, 0o700);
  return path;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function toLaunchError(error: unknown, executable: string): ToolError {
  const text = error instanceof Error ? error.message : String(error);
  if (/sandbox/i.test(text)) {
    return new ToolError('UNAVAILABLE', `"${executable}" cannot put its sandbox up on this machine.`, {
      cause: error,
      advice:
        'Allow unprivileged user namespaces (see README), or start the server with --no-sandbox if you accept pages running without a sandbox.',
    });
  }
  const reason = /\[err\] (.*)/.exec(text)?.[1] ?? text.split('\n')[0] ?? '';
  return new ToolError('UNAVAILABLE', `"${executable}" could not be started: ${reason.slice(0, 300)}`, { cause: error });
}
