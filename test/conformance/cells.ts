/** The fixture in its three builds: over HTTP by itself, and behind a gateway. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOptions } from '@sandlot/core/config';
import { temporaryFolder } from '@sandlot/core/testing';
import { gatewayOptions } from '../../apps/gateway/src/config/options.ts';
import { createGateway, type Gateway, listenGateway } from '../../apps/gateway/src/gateway.ts';
import type { Revision } from './suite.ts';

/** Builds of the fixture. */
export const builds = ['both', 'legacy', 'modern'] as const;

/** A build of the fixture. */
export type Build = (typeof builds)[number];

/** How the gateway reaches a server. */
export const transports = ['stdio', 'http', 'sse'] as const;

/** A transport. */
export type Transport = (typeof transports)[number];

/** The builds that there are over a transport: HTTP+SSE was replaced before there were other eras. */
export function buildsOver(transport: Transport): readonly Build[] {
  return transport === 'sse' ? ['legacy'] : builds;
}

/** True when a build speaks a revision itself. */
export function speaks(build: Build, revision: Revision): boolean {
  return build === 'both' || (build === 'legacy') === (revision === '2025-11-25');
}

/** Something to test. */
export interface Running extends AsyncDisposable {
  readonly url: string;
}

/** Command and arguments of a build, over stdio. */
export function fixtureCommand(build: Build): { command: string; args: string[] } {
  const bin = fileURLToPath(new URL('fixture/bin.ts', import.meta.url));
  return { command: process.execPath, args: ['--conditions=@sandlot/source', bin, '--era', build] };
}

/** Starts a build over Streamable HTTP, or HTTP+SSE. */
export async function startDirect(build: Build, transport: 'http' | 'sse' = 'http'): Promise<Running> {
  const { command, args } = fixtureCommand(build);
  const child = spawn(command, [...args, `--${transport}`, '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let text = '';
  for await (const chunk of child.stderr.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const url = /listens on (\S+)\n/.exec(text)?.[1];
    if (url === undefined) continue;
    child.stderr.resume();
    return {
      url,
      async [Symbol.asyncDispose]() {
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(`The fixture did not start: ${text}`);
}

/** A gateway in front of the fixture. */
export interface RunningGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Address of its view of one build. */
  urlOf(build: Build): string;
}

/** Starts a gateway with the three builds as servers, under the settings that everybody has. */
export async function startGateway(transport: Transport): Promise<RunningGateway> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const { values } = loadOptions(gatewayOptions, {
    env: {},
    file: { port: 0, auth: 'none', workspace: join(folder.path, 'workspace'), stateDir: join(folder.path, 'state'), logLevel: 'error' },
  });
  const entryOf = async (build: Build) => {
    if (transport === 'stdio') return fixtureCommand(build);
    return { url: stack.use(await startDirect(build, transport)).url, type: transport };
  };
  const mcpServers = Object.fromEntries(
    await Promise.all(buildsOver(transport).map(async (build) => [build, await entryOf(build)] as const)),
  );
  const gateway = stack.use(await createGateway(values, { mcpServers }, []));
  const { http, close } = await listenGateway(gateway, values);
  stack.defer(close);
  const running = stack.move();
  return {
    gateway,
    urlOf: (build) => `${http.url}/mcp/${build}`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
