/** What .gitignore and .ignore files leave out, read through held folders. */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import ignore, { type Ignore } from 'ignore';
import { hasErrno } from '../confine/errors.ts';
import type { Handle } from '../confine/handle.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { Held } from '../confine/held.ts';

/** In order of rising precedence. */
const files = ['.gitignore', '.ignore'];
const mostBytes = 1024 * 1024;

interface Level {
  /** Path of the folder below the root, with a slash at its end; empty for the root. */
  readonly base: string;
  readonly rules: Ignore;
}

/** The rules that hold for the entries of one folder. */
export class IgnoreRules {
  readonly #levels: readonly Level[];
  readonly #base: string;

  private constructor(levels: readonly Level[], base: string) {
    this.#levels = levels;
    this.#base = base;
  }

  /** Rules for the folder at a path below the first root or another one, with those of the folders above it. */
  static at(workspace: Workspace, shown: string): IgnoreRules {
    const { root, components } = workspace.roots.locate(shown);
    let rules = new IgnoreRules([], '').#with(root.handle, '');
    const names = components.filter((name) => name !== '' && name !== '.');
    using held = new Held();
    let folder = root.handle;
    for (const name of names) {
      folder = held.use(folder.child(name));
      rules = rules.enter(folder, name);
    }
    return rules;
  }

  /** Rules for a folder inside this one. */
  enter(folder: Handle, name: string): IgnoreRules {
    return this.#with(folder, `${this.#base}${name}/`);
  }

  /** Whether an entry of this folder is left out. */
  ignores(name: string, isFolder: boolean): boolean {
    if (isFolder && name === '.git') return true;
    if (this.#levels.length === 0) return false;
    const path = `${this.#base}${name}${isFolder ? '/' : ''}`;
    for (const { base, rules } of this.#levels.toReversed()) {
      const { ignored, unignored } = rules.test(path.slice(base.length));
      if (ignored || unignored) return ignored;
    }
    return false;
  }

  #with(folder: Handle, base: string): IgnoreRules {
    const texts = files.map((name) => readSmall(folder, name)).filter((text) => text !== undefined);
    if (texts.length === 0) return new IgnoreRules(this.#levels, base);
    return new IgnoreRules([...this.#levels, { base, rules: ignore().add(texts.join('\n')) }], base);
  }
}

function readSmall(folder: Handle, name: string): string | undefined {
  try {
    using file = folder.child(name);
    if (!file.stats.isFile() || file.stats.size > mostBytes) return undefined;
    const fd = openSync(file.path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readFileSync(fd, 'utf8');
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR', 'EXDEV')) return undefined;
    throw error;
  }
}
