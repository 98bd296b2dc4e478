/** Opens a connection to a server that a user added: process or HTTP, and the protocol on it. */
import { stat } from 'node:fs/promises';
import { type Log, ToolError } from '@sandlot/core';
import type { AnswerRoom } from './answer-room.ts';
import type { Loose } from './caller.ts';
import { type Connection, openConnection } from './connection.ts';
import type { PeerHandlers } from './peer.ts';
import type { Reaper } from './reaper.ts';
import type { ServerEntry } from './settings.ts';
import { type Link, spawnLink, type StderrRing } from './spawned.ts';

/** Options of {@link ForeignServer}. */
export interface ForeignServerOptions {
  readonly id: string;
  readonly entry: ServerEntry;
  /** Environment that every stdio server gets; the entry's own comes on top. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** User that stdio servers run as, `uid:gid`; undefined for this process's. */
  readonly user?: string | undefined;
  /** Working folder of stdio servers without a `cwd`. Not one that agents write: what is found there runs with a server's secrets. */
  readonly folder: string;
  readonly maxMessageBytes: number;
  /** Folder of the pins. */
  readonly pinFolder: string;
  /** Only public addresses may be connected to. */
  readonly publicOnly: boolean;
  /** Takes secrets out of what a server says to people. */
  readonly clean: (text: string) => string;
  /** Ends what was started when the gateway is gone. */
  readonly reaper: Reaper;
  readonly log: Log;
}

/** What an attempt to connect says on the way, and what all connections of a server share. */
export interface Shared {
  readonly stderr: StderrRing;
  /** Where long answers over HTTP take turns. */
  readonly room: AnswerRoom;
}

/** A link with the protocol open on it. */
export interface OpenedForeign {
  readonly connection: Connection;
  readonly link: Link;
}

/**
 * Opens a connection; an old server is told that its client has `capabilities`. When it fails, nothing is left of it.
 *
 * @param ending aborts when the connection is not wanted any more
 */
export async function openForeign(
  options: ForeignServerOptions,
  capabilities: Loose,
  handlers: PeerHandlers,
  shared: Shared,
  ending: AbortSignal,
): Promise<OpenedForeign> {
  const { entry } = options;
  let link = await openLink(options, handlers, shared);
  const giveUp = () => {
    link.peer.fail(new ToolError('UNAVAILABLE', `The server "${options.id}" is not served any more.`));
    void link.close();
  };
  ending.addEventListener('abort', giveUp, { once: true });
  const open = (choice: ServerEntry['protocol']) =>
    openConnection(link.peer, { choice, capabilities, timeoutMs: entry.timeout, onVersion: (version) => link.onVersion(version) });
  try {
    const connection = await open(entry.protocol).catch(async (error: unknown) => {
      if (!link.peer.failed || entry.protocol !== 'auto' || ending.aborted) throw error;
      // Some old servers end at a method that they do not know: once more, in their own language.
      await link.close();
      link = await openLink(options, handlers, shared);
      return open('legacy');
    });
    // Old servers send log messages at their own level unless told; each caller's level is looked at here.
    if (connection.era === 'legacy' && 'logging' in connection.capabilities) {
      await connection.peer
        .request('logging/setLevel', { level: 'debug' }, { signal: AbortSignal.timeout(entry.timeout) })
        .catch(() => undefined);
    }
    return { connection, link };
  } catch (error) {
    await link.close();
    throw error;
  } finally {
    ending.removeEventListener('abort', giveUp);
  }
}

async function openLink(
  { id, entry, env, user, folder, maxMessageBytes, publicOnly, reaper }: ForeignServerOptions,
  handlers: PeerHandlers,
  { stderr, room }: Shared,
): Promise<Link> {
  if ('command' in entry) {
    const { command, args, cwd = folder } = entry;
    await checkFolder(id, cwd);
    return spawnLink({ name: id, command, args, env: { ...env, ...entry.env }, user, cwd, maxMessageBytes, reaper }, handlers, stderr);
  }
  // Loaded only when a server is reached over HTTP.
  const { httpLink } = await import('./http-link.ts');
  const { url, headers, timeout: timeoutMs } = entry;
  const type = entry.type === 'sse' ? 'sse' : 'http';
  return httpLink({ name: id, url, headers, type, timeoutMs, maxMessageBytes, publicOnly, room }, handlers);
}

/** Node says of a folder that is not there that the command is not. */
async function checkFolder(id: string, cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new ToolError(
    'UNAVAILABLE',
    `The server "${id}" cannot be started: its folder "${cwd}" ${found ? 'is no folder' : 'does not exist'}.`,
    {
      advice: 'Make the folder, or set another "cwd" in its entry.',
    },
  );
}
