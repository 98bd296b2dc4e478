/** Adds, removes and switches servers while the gateway runs, and approves what waits. */
import { lookup } from 'node:dns/promises';
import { ToolError } from '@sandlot/core';
import { isPublicAddress, privateLiteral } from '@sandlot/core/network';
import type { AddedServers, AddedServersFile } from './added-servers.ts';
import { notPublic } from './bounded-fetch.ts';
import { checkEntry, stdioRefused } from './entries.ts';
import { type Approval, approvePins, removePins } from './pin-file.ts';
import type { ForeignDefaults, Registry } from './registry.ts';

/** Options of {@link ServerAdmin}. */
export type AdminOptions = Pick<ForeignDefaults, 'allowStdio' | 'allowPrivate' | 'pinFolder'>;

/** The servers' administration. */
export class ServerAdmin {
  readonly #registry: Registry;
  readonly #file: AddedServersFile;
  readonly #options: AdminOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(registry: Registry, file: AddedServersFile, options: AdminOptions) {
    this.#registry = registry;
    this.#file = file;
    this.#options = options;
  }

  /**
   * Adds a server.
   *
   * @param value its entry, as in `mcpServers`
   * @throws ToolError INVALID_ARGUMENT for an entry that is wrong, ALREADY_EXISTS, PERMISSION_DENIED for a program or an address that is
   * not public
   */
  add(id: string, value: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#change(async (added) => {
      const parsed = checkEntry(id, value, this.#registry.ownNames);
      if ('error' in parsed) throw new ToolError('INVALID_ARGUMENT', `The server "${id}" cannot be added: ${parsed.error}`);
      if (this.#knows(id))
        throw new ToolError('ALREADY_EXISTS', `There is a server "${id}" already.`, { advice: 'Choose another id, or remove that one.' });
      if ('command' in parsed.entry) {
        if (!this.#options.allowStdio)
          throw new ToolError('PERMISSION_DENIED', stdioRefused, { advice: 'Add it to sandlot.json, or start with that flag.' });
      } else if (!this.#options.allowPrivate) await checkPublic(new URL(parsed.entry.url));
      return { ...added, mcpServers: { ...added.mcpServers, [id]: { ...value } } };
    });
  }

  /** Removes a server that was added over the API, and what was approved of it. @throws ToolError NOT_FOUND, FAILED_PRECONDITION */
  async remove(id: string): Promise<void> {
    await this.#change(({ mcpServers, disabled }) => {
      if (!Object.hasOwn(mcpServers, id)) {
        if (!this.#knows(id)) throw unknownServer(id);
        throw new ToolError('FAILED_PRECONDITION', `The server "${id}" stands in the configuration file.`, {
          advice: 'Remove it there, or switch it off.',
        });
      }
      return { mcpServers: without(mcpServers, id), disabled: without(disabled, id) };
    });
    await removePins(this.#options.pinFolder, id);
  }

  /** Switches an added server off or on, wherever it comes from. @throws ToolError NOT_FOUND */
  setDisabled(id: string, disabled: boolean): Promise<void> {
    return this.#change((added) => {
      if (!this.#knows(id) || this.#registry.ownNames.includes(id)) throw unknownServer(id);
      return { ...added, disabled: { ...added.disabled, [id]: disabled } };
    });
  }

  /** Asks a server for its lists again. @throws ToolError NOT_FOUND */
  async reload(id: string): Promise<void> {
    const upstream = this.#registry.added(id);
    if (!upstream) throw unknownServer(id);
    await upstream.reload();
  }

  /** Approves definitions that wait. @returns names of the tools @throws ToolError NOT_FOUND, ABORTED */
  async approve(id: string, approval: Approval): Promise<readonly string[]> {
    if (!this.#knows(id)) throw unknownServer(id);
    const tools = await approvePins(this.#options.pinFolder, id, approval);
    await this.#registry.added(id)?.repin();
    return tools;
  }

  #knows(id: string): boolean {
    const { served, disabled, broken } = this.#registry.entries;
    return served.has(id) || disabled.has(id) || broken.some((entry) => entry.id === id);
  }

  /** One after the other, and kept before it is served. */
  #change(change: (added: AddedServers) => AddedServers | Promise<AddedServers>): Promise<void> {
    const run = this.#last.then(async () => {
      const added = await change(await this.#file.read());
      await this.#file.write(added);
      await this.#registry.configureAdded(added);
    });
    this.#last = run.catch(() => undefined);
    return run;
  }
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
}

function unknownServer(id: string): ToolError {
  return new ToolError('NOT_FOUND', `No added server "${id}".`, { advice: 'GET /v1/mcp/servers?details=true lists them.' });
}

/** Says at once what the connection would refuse; the connection checks again. */
async function checkPublic(url: URL): Promise<void> {
  const literal = privateLiteral(url);
  if (literal !== undefined) throw notPublic(literal, literal);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(host, { all: true }).catch((error: unknown) => {
    throw new ToolError('INVALID_ARGUMENT', `The host "${host}" is not known.`, { cause: error });
  });
  const bad = addresses.find(({ address }) => !isPublicAddress(address));
  if (bad) throw notPublic(host, bad.address);
}
