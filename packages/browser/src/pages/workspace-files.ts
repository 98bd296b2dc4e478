/** Puts files into the workspace, never outside it and never over another file. */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { randomUUID } from 'node:crypto';
import { ToolError } from '@sandlot/core';

export class WorkspaceFiles {
  readonly root: string;

  readonly #hide: (text: string) => string;

  /** @param hide what is taken out of texts before they are written */
  constructor(root: string, hide: (text: string) => string = (text) => text) {
    this.#hide = hide;
    this.root = root;
  }

  /** Copies a finished file in, under `path` or the next free name (`a.csv`, `a-1.csv`, …). Returns the path it got. */
  async adopt(source: string, path: string): Promise<string> {
    return this.#place(path, (hidden) => copyFile(source, hidden, constants.COPYFILE_EXCL));
  }

  /** Writes a new file (a text without secrets, bytes as they are) under `path` or the next free name. Returns the path it got. */
  async write(path: string, content: Uint8Array | string): Promise<string> {
    const shown = typeof content === 'string' ? this.#hide(content) : content;
    return this.#place(path, (hidden) => writeFile(hidden, shown, { flag: 'wx' }));
  }

  /**
   * Absolute paths of existing files that a page may get.
   *
   * @throws ToolError when one is missing, no file, or outside the workspace
   */
  async existing(paths: readonly string[]): Promise<string[]> {
    const root = await realpath(this.root);
    return Promise.all(
      paths.map(async (path) => {
        this.#inside(path, resolve(this.root, path), this.root);
        const real = await realpath(resolve(this.root, path)).catch((error: unknown) => {
          throw new ToolError('NOT_FOUND', `No file "${path}" in the workspace.`, { cause: error });
        });
        this.#inside(path, real, root);
        if (!(await stat(real)).isFile()) throw new ToolError('INVALID_ARGUMENT', `"${path}" is not a file.`);
        return real;
      }),
    );
  }

  async #place(path: string, fill: (hidden: string) => Promise<void>): Promise<string> {
    const wanted = resolve(this.root, path);
    this.#inside(path, wanted, this.root);
    const root = await realpath(this.root);
    const folder = await this.#folder(path, dirname(wanted), root);
    const hidden = join(folder, `.${randomUUID()}.part`);
    try {
      await fill(hidden);
      for (let attempt = 0; ; attempt++) {
        const candidate = join(folder, numbered(basename(wanted), attempt));
        if (await claim(hidden, candidate)) return join(dirname(wanted), basename(candidate));
      }
    } finally {
      await rm(hidden, { force: true });
    }
  }

  /** Makes the folder one level at a time, so that a link on the way cannot lead outside. */
  async #folder(path: string, wanted: string, root: string): Promise<string> {
    let current = root;
    for (const part of relative(this.root, wanted).split(sep).filter(Boolean)) {
      const next = join(current, part);
      await mkdir(next).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      });
      current = await realpath(next);
      this.#inside(path, current, root);
    }
    return current;
  }

  #inside(given: string, path: string, root: string): void {
    const below = relative(root, path);
    if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
      throw new ToolError('PERMISSION_DENIED', `"${given}" is outside the workspace "${this.root}".`, {
        advice: 'Use a path inside the workspace.',
      });
    }
  }
}

/** A file name that is safe on any system, from what a site suggests. */
export function safeName(suggested: string): string {
  const name = basename(suggested.toWellFormed().replaceAll('\\', '/'))
    .replaceAll(/\p{Cc}|\p{Cf}|[<>:"\|?*]/gv, '_')
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '');
  const extension = extname(name).slice(0, 20);
  const stem = name.slice(0, name.length - extname(name).length);
  let short = stem;
  while (Buffer.byteLength(short) > 180) short = short.slice(0, -1).toWellFormed();
  return `${short || 'download'}${extension}`;
}

/** `report.csv`, 2 → `report-2.csv`. */
function numbered(name: string, attempt: number): string {
  if (attempt === 0) return name;
  const extension = extname(name);
  return `${name.slice(0, name.length - extension.length)}-${attempt}${extension}`;
}

async function claim(hidden: string, candidate: string): Promise<boolean> {
  try {
    await link(hidden, candidate);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return false;
    // A file system without hard links.
    return copyFile(hidden, candidate, constants.COPYFILE_EXCL).then(
      () => true,
      (failure: unknown) => {
        if (failure instanceof Error && 'code' in failure && failure.code === 'EEXIST') return false;
        throw failure;
      },
    );
  }
}
