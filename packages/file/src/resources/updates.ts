/** Tells when a path changes, whoever changes it: looked at through the same walk as every other access. */
import type { Workspace } from '../workspace/workspace.ts';

const shortestMs = 250;

interface Watched {
  readonly path: string;
  readonly onUpdate: () => void;
  stamp: string;
}

/** The paths that somebody watches. */
export class Updates implements Disposable {
  readonly #workspace: Workspace;
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** Calls `onUpdate` after each change, until the returned function is called. @throws ToolError for a path outside */
  watch(path: string, onUpdate: () => void): () => void {
    const watched = { path, onUpdate, stamp: this.#stampOf(path) };
    this.#watched.add(watched);
    this.#timer ??= setTimeout(() => this.#look(), shortestMs).unref();
    return () => void this.#watched.delete(watched);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#watched.clear();
  }

  #look(): void {
    const start = performance.now();
    for (const watched of this.#watched) {
      const now = this.#stampNow(watched);
      if (now === watched.stamp) continue;
      watched.stamp = now;
      watched.onUpdate();
    }
    // Looking may take a fifth of the time, not more.
    const pause = Math.max(shortestMs, (performance.now() - start) * 4);
    this.#timer = this.#watched.size > 0 ? setTimeout(() => this.#look(), pause).unref() : undefined;
  }

  #stampNow({ path, stamp }: Watched): string {
    try {
      return this.#stampOf(path);
    } catch {
      // A folder of the path that leads outside now: nothing is told of what is there.
      return stamp;
    }
  }

  #stampOf(path: string): string {
    using spot = this.#workspace.spot(path);
    if (!spot.target) return 'missing';
    const { mode, size, mtimeNs, ino } = spot.target.stats;
    return `${mode} ${size} ${mtimeNs} ${ino}`;
  }
}
