/** Contents by their hash, and checkpoints, in a folder of the workspace. */
import { createHash, randomBytes } from 'node:crypto';
import { constants, mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ToolError } from '@sandlot/core';
import type { z } from 'zod';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import { replaceFile } from '../workspace/replace.ts';
import { type CheckpointInfo, entriesSchema, infoSchema, type Manifest } from './manifest.ts';
import { Held } from '../confine/held.ts';
import { quote } from '../workspace/names.ts';

/** Name of the folder; it is never part of a checkpoint. */
export const storeFolder = '.sandlot';

const mostCheckpoints = 100;

/** The store of one workspace. */
export class Store implements Disposable {
  readonly #held = new Held();
  readonly #objects: Handle;
  readonly #checkpoints: Handle;

  private constructor(base: Handle) {
    const undo = this.#folder(base, 'undo');
    this.#objects = this.#folder(undo, 'objects');
    this.#checkpoints = this.#folder(undo, 'checkpoints');
  }

  /** Opens the store below a root, or makes it. */
  static async open(root: Handle): Promise<Store> {
    makeFolder(root, storeFolder);
    using base = root.child(storeFolder);
    const store = new Store(base);
    // Version control and searches leave it alone.
    await writeFile(base.at('.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
      if (!hasErrno(error, 'EEXIST')) throw error;
    });
    return store;
  }

  /** Keeps a content; gives its hash. */
  async put(content: Buffer): Promise<string> {
    const hash = createHash('sha256').update(content).digest('hex');
    try {
      this.#objects.child(hash)[Symbol.dispose]();
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
      await replaceFile(this.#objects, hash, (file) => file.writeFile(content));
    }
    return hash;
  }

  /** A content. @throws ToolError when somebody removed it */
  async get(hash: string): Promise<Buffer> {
    return this.#read(this.#objects, hash);
  }

  /** Keeps a checkpoint; the oldest ones go when there are too many. */
  async save({ entries, ...rest }: Omit<Manifest, 'id'>): Promise<Manifest> {
    const info = { id: `cp_${randomBytes(9).toString('base64url')}`, ...rest };
    const name = `${Date.parse(info.time).toString().padStart(15, '0')}-${info.id}`;
    await replaceFile(this.#checkpoints, `${name}.gz`, (file) => file.writeFile(gzipSync(JSON.stringify(entries), { level: 1 })));
    // A checkpoint is there once its description is.
    await replaceFile(this.#checkpoints, name, (file) => file.writeFile(JSON.stringify(info)));
    await this.#prune();
    return { ...info, entries };
  }

  /** Checkpoints of a principal, newest first. */
  async list(principal: string): Promise<CheckpointInfo[]> {
    const all = await Promise.all(this.#names().map((name) => this.#info(name)));
    return all.filter((info) => info.principal === principal).toReversed();
  }

  /** A principal's checkpoint. Another's answers like an unknown one. */
  async find(id: string, principal: string): Promise<Manifest> {
    const name = this.#names().find((each) => each.endsWith(`-${id}`));
    const info = name === undefined ? undefined : await this.#info(name);
    if (name !== undefined && info?.principal === principal) return { ...info, entries: await this.#entries(name) };
    throw new ToolError('NOT_FOUND', `There is no checkpoint ${quote(id)}.`, { advice: 'file_checkpoint lists what there is.' });
  }

  /** What the newest checkpoint of anybody holds: what did not change since needs no reading. */
  async newest(): Promise<Manifest['entries']> {
    const name = this.#names().at(-1);
    return name === undefined ? {} : this.#entries(name);
  }

  [Symbol.dispose](): void {
    this.#held[Symbol.dispose]();
  }

  async #prune(): Promise<void> {
    const names = this.#names();
    const old = names.slice(0, -mostCheckpoints);
    if (old.length === 0) return;
    for (const name of old) for (const each of [name, `${name}.gz`]) unlinkSync(this.#checkpoints.at(each));
    const used = new Set<string>();
    for (const name of this.#names()) for (const { content } of Object.values(await this.#entries(name))) used.add(content ?? '');
    for (const hash of readdirSync(this.#objects.path)) if (!used.has(hash)) unlinkSync(this.#objects.at(hash));
  }

  #names(): string[] {
    return readdirSync(this.#checkpoints.path)
      .filter((name) => /^\d{15}-cp_[\w-]+$/.test(name))
      .toSorted();
  }

  async #info(name: string): Promise<CheckpointInfo> {
    return parse(infoSchema, await this.#read(this.#checkpoints, name));
  }

  async #entries(name: string): Promise<Manifest['entries']> {
    return parse(entriesSchema, await this.#read(this.#checkpoints, `${name}.gz`), gunzipSync);
  }

  async #read(folder: Handle, name: string): Promise<Buffer> {
    try {
      using held = folder.child(name);
      await using file = await held.open(constants.O_RDONLY);
      return readFileSync(file.fd);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
      throw new ToolError('FAILED_PRECONDITION', `A part of the checkpoint was removed from ${storeFolder}.`, { cause: error });
    }
  }

  #folder(parent: Handle, name: string): Handle {
    makeFolder(parent, name);
    const folder = this.#held.use(parent.child(name));
    if (folder.stats.isDirectory()) return folder;
    throw new ToolError('FAILED_PRECONDITION', `${quote(name)} in ${storeFolder} is not a folder.`);
  }
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer, unpack: (bytes: Buffer) => Buffer = (same) => same): T {
  try {
    return schema.parse(JSON.parse(unpack(bytes).toString()));
  } catch (error) {
    throw new ToolError('FAILED_PRECONDITION', 'A checkpoint is damaged.', {
      advice: `Remove ${storeFolder}/undo to start anew.`,
      cause: error,
    });
  }
}

function makeFolder(parent: Handle, name: string): void {
  try {
    mkdirSync(parent.at(name));
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
  }
}
