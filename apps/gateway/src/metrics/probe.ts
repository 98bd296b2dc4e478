/** Writes, syncs and reads a little in the workspace: what its disk takes for it just now. */
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { meter } from '@sandlot/core/telemetry';

const everyMs = 30_000;
const block = Buffer.alloc(4096, 'sandlot');

/** Probes while somebody looks. */
export class Probe {
  readonly #path: string;
  #startedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;

  /** @param workspace absolute path */
  constructor(workspace: string) {
    this.#path = join(workspace, `.sandlot-probe-${process.pid}`);
  }

  /** Probes once, unless it did so in the last 30 s. Does not wait longer than a second: a disk that hangs must not hang the metrics. */
  async look(): Promise<void> {
    if (!this.#running && performance.now() - this.#startedAt >= everyMs) {
      this.#startedAt = performance.now();
      this.#running = this.#probe().finally(() => (this.#running = undefined));
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, 1000);
    await Promise.race([this.#running, promise]);
    clearTimeout(timer);
  }

  async #probe(): Promise<void> {
    let outcome = 'error';
    try {
      await using file = await open(this.#path, 'w+', 0o600);
      await file.write(block);
      await file.sync();
      await file.read(Buffer.alloc(block.length), 0, block.length, 0);
      outcome = 'ok';
    } catch {
      // Said by the outcome.
    } finally {
      await rm(this.#path, { force: true }).catch(() => undefined);
      meter.observe('sandlot.fs.probe.duration', (performance.now() - this.#startedAt) / 1000, { outcome });
    }
  }
}
