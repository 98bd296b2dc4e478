/** The folder of the workspace that keeps results which are too long for an answer. The oldest go when there is too much. */
import { constants } from 'node:fs';
import { access, type FileHandle, lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where it is, below the workspace. */
const place = ['.sandlot', 'results'] as const;

/** A result that was kept. */
export interface KeptResult {
  /** Relative to the workspace. */
  readonly path: string;
  readonly absolute: string;
  readonly bytes: number;
}

/** The folder. Files are written one after the other, each under its name only when it is whole. */
export class ResultFolder {
  readonly #workspace: string;
  readonly #maxBytes: number;
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  /** @param maxBytes most that all files may have together */
  constructor(workspace: string, maxBytes: number) {
    this.#workspace = workspace;
    this.#maxBytes = maxBytes;
  }

  /**
   * Keeps a text.
   *
   * @param label what it is of, for the file's name
   * @throws when the file cannot be written, or the folder's place is taken by something else, such as a link that leads elsewhere
   */
  keep(text: string, label: string, extension: 'txt' | 'json'): Promise<KeptResult> {
    const kept = this.#last.then(() => this.#keep(text, label, extension));
    this.#last = kept.catch(() => undefined);
    return kept;
  }

  async #keep(text: string, label: string, extension: string): Promise<KeptResult> {
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const name = `${stamp}-${++this.#count}-${label.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, 60)}.${extension}`;
    await using folder = await this.#open();
    const part = join(folder.path, `.${name}.part`);
    try {
      await writeFile(part, text, { flag: 'wx', mode: 0o644 });
      await rename(part, join(folder.path, name));
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await this.#trim(folder.path, name);
    return { path: [...place, name].join('/'), absolute: join(this.#workspace, ...place, name), bytes: Buffer.byteLength(text) };
  }

  /** Opens the folder without following a link on the way: programs in the workspace could have put one there. */
  async #open(): Promise<AsyncDisposable & { readonly path: string }> {
    const handles: FileHandle[] = [];
    const close = async () => void (await Promise.all(handles.map((handle) => handle.close())));
    try {
      let path = this.#workspace;
      for (const name of ['', ...place]) {
        path = name === '' ? path : join(path, name);
        if (name !== '') await mkdir(path, { mode: 0o755 }).catch(unlessThere);
        const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | (name === '' ? 0 : constants.O_NOFOLLOW));
        handles.push(handle);
        const held = `/proc/self/fd/${handle.fd}`;
        const isHeld = await access(held).then(
          () => true,
          () => false,
        );
        if (isHeld) path = held;
        // Results are nobody's source code.
        if (name === '.sandlot') await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx' }).catch(unlessThere);
      }
      return { path, [Symbol.asyncDispose]: close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async #trim(folder: string, newest: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name !== newest);
    const files = await Promise.all(
      [newest, ...names].map(async (name) => {
        const stats = await lstat(join(folder, name)).catch(() => undefined);
        return stats?.isFile() ? { name, bytes: stats.size, at: stats.mtimeMs } : undefined;
      }),
    );
    const [first, ...rest] = files.filter((file) => file !== undefined);
    let total = first?.bytes ?? 0;
    for (const { name, bytes } of rest.toSorted((a, b) => b.at - a.at || compareSequence(b.name, a.name))) {
      total += bytes;
      if (total > this.#maxBytes) await rm(join(folder, name), { force: true });
    }
  }
}

/** Files of the same moment are ordered by the number in their names. */
function compareSequence(a: string, b: string): number {
  return Number(a.split('-')[1]) - Number(b.split('-')[1]);
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
