/** The workspace: roots, the way to places in them, and the order of changes. */
import { existsSync } from 'node:fs';
import { ToolError } from '@sandlot/core';
import { meter, withSpan } from '@sandlot/core/telemetry';
import { fromErrno } from '../confine/errors.ts';
import { byDescriptor, byPath } from '../confine/handle.ts';
import { withRules } from '../confine/rules.ts';
import { Roots } from '../confine/roots.ts';
import { type Spot, walk } from '../confine/walk.ts';
import { defaultLimits, type Limits } from '../limits.ts';
import { Updates } from '../resources/updates.ts';
import { LineIndexes } from '../text/line-index.ts';
import { Watches } from '../watch/watches.ts';
import { Queue } from './queue.ts';
import { Sweep } from './sweep.ts';
import { quote } from './names.ts';

/** Options of {@link Workspace}. */
export interface WorkspaceOptions {
  /** Absolute path of the first root. */
  readonly path: string;
  readonly readOnly?: boolean;
  /** Further roots. */
  readonly roots?: readonly { path: string; readOnly: boolean }[];
  /** `descriptors` needs Linux with `/proc`; `auto` takes it where it is there. Default `auto`. */
  readonly confinement?: 'auto' | 'descriptors' | 'paths';
  /** What is mounted inside a root. Default `allow`. */
  readonly mounts?: 'allow' | 'refuse';
  /** Files that have a second name, which may be outside. Default `allow`. */
  readonly hardLinks?: 'allow' | 'refuse';
  /** What of a replaced file is kept. Default `mode`. */
  readonly attributes?: 'mode' | 'all';
  /** Default {@link defaultLimits}. */
  readonly limits?: Limits;
  /** Told about a further root that cannot be opened; the others are served. */
  readonly onMissingRoot?: (path: string, error: unknown) => void;
}

/** What a tool does, for the span of its work. */
export type Operation =
  | 'read'
  | 'write'
  | 'edit'
  | 'patch'
  | 'list'
  | 'glob'
  | 'grep'
  | 'stat'
  | 'move'
  | 'copy'
  | 'delete'
  | 'mkdir'
  | 'checkpoint'
  | 'diff'
  | 'restore'
  | 'pack'
  | 'unpack'
  | 'watch'
  | 'upload'
  | 'download';

/** State of the server. Every operation of the other modules takes it first. */
export class Workspace implements AsyncDisposable {
  readonly roots: Roots;
  readonly confinement: 'descriptors' | 'paths';
  readonly lineIndexes = new LineIndexes();
  readonly watches = new Watches();
  readonly updates = new Updates(this);
  readonly limits: Limits;
  /** Whether files that have several names stay closed. */
  readonly refusesHardLinks: boolean;
  readonly #queue = new Queue();
  readonly #sweep = new Sweep();

  constructor(options: WorkspaceOptions) {
    this.limits = options.limits ?? defaultLimits;
    this.refusesHardLinks = options.hardLinks === 'refuse';
    const wanted = options.confinement ?? 'auto';
    const hasProc = process.platform === 'linux' && existsSync('/proc/self/fd');
    if (wanted === 'descriptors' && !hasProc)
      throw new ToolError('FAILED_PRECONDITION', 'Confinement by descriptors needs Linux with /proc.');
    this.confinement = wanted !== 'paths' && hasProc ? 'descriptors' : 'paths';
    this.roots = new Roots(
      [{ path: options.path, readOnly: options.readOnly ?? false }, ...(options.roots ?? [])],
      withRules(this.confinement === 'descriptors' ? byDescriptor : byPath, {
        oneFileSystem: options.mounts === 'refuse',
        oneName: options.hardLinks === 'refuse',
        allAttributes: options.attributes === 'all',
      }),
      options.onMissingRoot ?? (() => undefined),
    );
  }

  /** Finds the place of a path, whether something is there or not. */
  spot(path: string, options: { follow?: boolean } = {}): Spot {
    try {
      return walk(this.roots, path, options.follow ?? true);
    } catch (error) {
      throw fromErrno(error, path);
    }
  }

  /** Finds what is at a path. @throws ToolError NOT_FOUND */
  existing(path: string, options: { follow?: boolean } = {}): Found {
    const spot = this.spot(path, options);
    if (isFound(spot)) return spot;
    spot[Symbol.dispose]();
    throw new ToolError('NOT_FOUND', `${quote(path)} does not exist.`, {
      advice: 'See what exists with file_list or file_glob; give names as they show them.',
    });
  }

  /** Finds a place that may be changed; never a root itself. @throws ToolError PERMISSION_DENIED */
  changeable(path: string, options: { follow?: boolean } = {}): Changeable {
    const spot = this.spot(path, options);
    if (!spot.root.readOnly && isChangeable(spot) && !(spot.target && this.roots.find(spot.target))) {
      this.#sweep.begin(spot.parent);
      return spot;
    }
    spot[Symbol.dispose]();
    if (spot.root.readOnly) {
      throw new ToolError('PERMISSION_DENIED', `${quote(path)} is in ${quote(spot.root.path)}, which is read-only.`, {
        advice: this.#whereToWrite(),
      });
    }
    throw new ToolError('PERMISSION_DENIED', `${quote(path)} is a root of the workspace and stays as it is.`);
  }

  #whereToWrite(): string {
    const writable = this.roots.all.find(({ readOnly }) => !readOnly);
    if (!this.roots.first.readOnly) return 'Copy it into the workspace and change the copy.';
    if (writable) return `Copy it into ${quote(writable.path)} and change the copy.`;
    return 'Nothing here can be changed: this server was started to read only.';
  }

  /** Runs a change once all earlier changes of these paths are done. The work must look at the places anew. */
  async inOrder<T>(paths: readonly string[], work: () => Promise<T>, options: { follow?: boolean } = {}): Promise<T> {
    const keys = paths.map((path) => {
      using spot = this.spot(path, options);
      // By folder and name, not by inode: a replaced file has a new inode while changes still wait.
      return `${spot.parent?.stats.dev}:${spot.parent?.stats.ino}/${[...spot.missing, spot.name].join('/')}`;
    });
    return this.#queue.run([...new Set(keys)].toSorted(), work);
  }

  /** Runs the work of a tool in a span; errors of the file system name the caller's path. */
  async operation<T>(name: Operation, path: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let outcome = 'error';
    try {
      return await withSpan(`file.${name}`, { attributes: { 'file.path': path } }, async () => {
        try {
          const result = await work();
          outcome = 'ok';
          return result;
        } catch (error) {
          throw fromErrno(error, path);
        }
      });
    } finally {
      meter.observe('sandlot.fs.operation.duration', (performance.now() - startedAt) / 1000, { operation: name, outcome });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.updates[Symbol.dispose]();
    this.roots[Symbol.dispose]();
  }
}

/** A spot where something is. */
export type Found = Spot & { readonly target: NonNullable<Spot['target']> };

/** A spot that may be changed. */
export type Changeable = Spot & { readonly parent: NonNullable<Spot['parent']> };

/** Whether something is there. */
export function isFound(spot: Spot): spot is Found {
  return spot.target !== undefined;
}

function isChangeable(spot: Spot): spot is Changeable {
  return spot.parent !== undefined && spot.name !== '';
}
