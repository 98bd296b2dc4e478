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

/** Starts a build over HTTP. */
export async function startDirect(build: Build): Promise<Running> {
  const { command, args } = fixtureCommand(build);
  const child = spawn(command, [...args, '--http', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
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

/** Starts a gateway with the three builds as stdio servers, under the settings that everybody has. */
export async function startGateway(): Promise<RunningGateway> {
  const folder = await temporaryFolder();
  const { values } = loadOptions(gatewayOptions, {
    env: {},
    file: { port: 0, auth: 'none', workspace: join(folder.path, 'workspace'), stateDir: join(folder.path, 'state'), logLevel: 'error' },
  });
  const mcpServers = Object.fromEntries(builds.map((build) => [build, fixtureCommand(build)]));
  const gateway = await createGateway(values, { mcpServers }, []);
  const { http, close } = await listenGateway(gateway, values);
  return {
    gateway,
    urlOf: (build) => `${http.url}/mcp/${build}`,
    async [Symbol.asyncDispose]() {
      await close();
      await gateway[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
