/** The folders that the server may touch, and which of them a path belongs to. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { fromErrno } from './errors.ts';
import type { Handle, OpenRoot } from './handle.ts';
import { quote } from '../workspace/names.ts';

/** One folder that the server may touch. */
export interface Root {
  /** Absolute path, as it was configured. */
  readonly path: string;
  readonly readOnly: boolean;
  readonly handle: Handle;
}

/** A path, split at the root that it starts from. */
export interface Start {
  readonly root: Root;
  readonly components: string[];
}

/** All roots. The first is the workspace: relative paths start there. */
export class Roots implements Disposable {
  readonly #roots: Root[] = [];
  readonly #prefixes: { components: string[]; root: Root }[] = [];
  readonly first: Root;

  /** @throws when the first root cannot be opened; others are left out, and `missing` is told */
  constructor(
    folders: readonly { path: string; readOnly: boolean }[],
    openRoot: OpenRoot,
    missing: (path: string, error: unknown) => void,
  ) {
    for (const { path, readOnly } of folders) {
      try {
        const real = realpathSync(path);
        const root = { path: resolve(path), readOnly, handle: openRoot(real) };
        this.#roots.push(root);
        for (const prefix of new Set([root.path, real])) this.#prefixes.push({ components: split(prefix), root });
      } catch (error) {
        if (this.#roots.length === 0) throw fromErrno(error, path);
        missing(path, error);
      }
    }
    const [first] = this.#roots;
    if (!first) throw new TypeError('At least one root is needed.');
    this.first = first;
    this.#prefixes.sort((a, b) => b.components.length - a.components.length);
  }

  /** Every root, the workspace first. */
  get all(): readonly Root[] {
    return this.#roots;
  }

  /** Splits a path at its root. Nothing is decoded or folded: every name is taken as it is. */
  locate(path: string): Start {
    if (!path.startsWith('/')) return { root: this.first, components: path.split('/') };
    for (const { components, root } of this.#prefixes) {
      const rest = after(path.split('/'), components);
      if (rest) return { root, components: rest };
    }
    throw this.outside(path);
  }

  /** The root that is this very folder, when it is one. */
  find({ stats }: Handle): Root | undefined {
    return this.#roots.find(({ handle }) => handle.stats.ino === stats.ino && handle.stats.dev === stats.dev);
  }

  /** The error for a path that leads out. It does not say what is there. */
  outside(path: string): ToolError {
    const places = this.#roots.map((root) => root.path + (root.readOnly ? ' (read-only)' : '')).join(', ');
    return new ToolError('PERMISSION_DENIED', `${quote(path)} is outside the workspace.`, {
      advice: `Use a path inside: ${places}. Relative paths start at ${this.first.path}.`,
    });
  }

  [Symbol.dispose](): void {
    for (const { handle } of this.#roots) handle[Symbol.dispose]();
  }
}

/** What comes after the names of a prefix; nothing when the path does not start with it. */
function after(components: readonly string[], prefix: readonly string[]): string[] | undefined {
  let matched = 0;
  for (const [i, name] of components.entries()) {
    if (matched === prefix.length) return components.slice(i);
    if (name === '' || name === '.') continue;
    if (name !== prefix[matched]) return undefined;
    matched++;
  }
  return matched === prefix.length ? [] : undefined;
}

function split(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
