/** Walks a path name by name from a root, on held folders, so that nothing outside a root is ever reached. */
import { ToolError } from '@sandlot/core';
import type { Handle } from './handle.ts';
import type { Root, Roots } from './roots.ts';
import { fromShown, quote } from '../workspace/names.ts';
import { canonical } from './name-bytes.ts';

/** A place in the file system, held. It exists when `target` is there. */
export interface Spot extends Disposable {
  /** The path as the caller gave it. */
  readonly path: string;
  /** Where it is: relative to the workspace, or absolute in another root. `.` for the workspace. */
  readonly shown: string;
  /** The root whose rules hold here. */
  readonly root: Root;
  /** The folder of `name`; missing only when the place is a root. */
  readonly parent: Handle | undefined;
  readonly name: string;
  /** Folders between `parent` and `name` that do not exist. */
  readonly missing: readonly string[];
  readonly target: Handle | undefined;
}

/** As many as Linux follows. */
const maxLinks = 40;
const maxPathBytes = 4096;

interface Step {
  readonly name: string;
  readonly handle: Handle;
  readonly root: Root;
}

/**
 * Finds the place of a path.
 *
 * @param follow whether a link in the last place is followed
 * @throws ToolError when it leads outside, through something that is not a folder, or through too many links
 */
export function walk(roots: Roots, path: string, follow: boolean): Spot {
  checkText(path);
  const { root, components } = roots.locate(canonical(path));
  const steps = new Steps(root);
  try {
    return steps.spot(path, roots, walkComponents(roots, steps, path, components, follow));
  } catch (error) {
    steps.release();
    throw error;
  }
}

/** The held folders from a root down to where the walk is. */
class Steps {
  #steps: Step[];

  constructor(root: Root) {
    this.#steps = [{ name: '', handle: root.handle, root }];
  }

  get top(): Step {
    const top = this.#steps.at(-1);
    if (!top) throw new TypeError('A walk has no steps.');
    return top;
  }

  push(name: string, handle: Handle, roots: Roots): void {
    this.#steps.push({ name, handle, root: roots.find(handle) ?? this.top.root });
  }

  /** Goes up; false at the root. */
  pop(): boolean {
    if (this.#steps.length === 1) return false;
    this.#steps.pop()?.handle[Symbol.dispose]();
    return true;
  }

  restart(root: Root): void {
    this.release();
    this.#steps = [{ name: '', handle: root.handle, root }];
  }

  release(keep = 0): void {
    for (const { handle } of this.#steps.slice(1, keep === 0 ? undefined : -keep)) handle[Symbol.dispose]();
  }

  spot(path: string, roots: Roots, missing: string[]): Spot {
    const [base] = this.#steps;
    const last = this.top;
    const exists = missing.length === 0;
    const parent = exists ? this.#steps.at(-2)?.handle : last.handle;
    const name = missing.at(-1) ?? last.name;
    const names = [...this.#steps.slice(1).map((step) => step.name), ...missing];
    const prefix = base?.root === roots.first ? [] : [base?.root.path ?? ''];
    this.release(exists ? 2 : 1);
    return {
      path,
      shown: [...prefix, ...names].join('/') || '.',
      root: last.root,
      parent,
      name,
      missing: missing.slice(0, -1),
      target: exists ? last.handle : undefined,
      [Symbol.dispose]: () => {
        for (const { handle } of this.#steps.slice(1)) handle[Symbol.dispose]();
      },
    };
  }
}

/** Walks; gives the names that do not exist. */
function walkComponents(roots: Roots, steps: Steps, path: string, components: string[], follow: boolean): string[] {
  const todo = components.toReversed();
  let links = 0;
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const { handle } = steps.top;
    if (!handle.stats.isDirectory())
      throw new ToolError('FAILED_PRECONDITION', `${quote(path)}: ${quote(steps.top.name)} is not a folder.`);
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (!steps.pop()) throw roots.outside(path);
      continue;
    }
    const shown = fromShown(name);
    let child = reach(handle, name);
    if (!child && shown !== undefined) {
      child = reach(handle, shown);
      if (child) name = shown;
    }
    if (!child) return missingNames(path, [name, ...todo.reverse()]);
    if (!child.stats.isSymbolicLink() || (!follow && todo.length === 0)) {
      steps.push(name, child, roots);
      continue;
    }
    child[Symbol.dispose]();
    if (++links > maxLinks) throw new ToolError('FAILED_PRECONDITION', `${quote(path)} goes through more than ${maxLinks} links.`);
    todo.push(...linkComponents(roots, steps, path, handle.linkTarget(name)).toReversed());
  }
  return [];
}

function linkComponents(roots: Roots, steps: Steps, path: string, target: string): string[] {
  if (!target.startsWith('/')) return target.split('/');
  try {
    const { root, components } = roots.locate(target);
    steps.restart(root);
    return components;
  } catch (error) {
    throw ToolError.is(error) ? roots.outside(path) : error;
  }
}

function reach(folder: Handle, name: string): Handle | undefined {
  try {
    return folder.child(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function missingNames(path: string, names: string[]): string[] {
  if (names.includes('..')) throw new ToolError('NOT_FOUND', `${quote(path)}: the folder ${quote(names[0] ?? '')} does not exist.`);
  return names.filter((name) => name !== '' && name !== '.');
}

function checkText(path: string): void {
  if (path === '') throw new ToolError('INVALID_ARGUMENT', 'The path is empty.', { advice: 'Use "." for the workspace itself.' });
  if (path.includes('\0')) throw new ToolError('INVALID_ARGUMENT', 'The path holds a NUL character.');
  // Halves of pairs that stand for bytes are a path of this server's own.
  if (!path.replaceAll(/[\uDC80-\uDCFF]/gu, '?').isWellFormed())
    throw new ToolError('INVALID_ARGUMENT', 'The path holds half a surrogate pair.');
  if (Buffer.byteLength(path) > maxPathBytes) throw new ToolError('INVALID_ARGUMENT', `The path is longer than ${maxPathBytes} bytes.`);
}
