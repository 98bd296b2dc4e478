/** Takes approvals of `sandlot approve` at once: the command writes the file of the pins. */
import { type FSWatcher, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Registry } from './registry.ts';

/** Watches the folder of the pins. Without it approvals are taken when a server is connected again. */
export async function watchPins(folder: string, registry: Registry): Promise<Disposable> {
  let watcher: FSWatcher | undefined;
  const complain = (error: unknown) => registry.log.warn('approvals are not watched', { folder, error });
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name?.endsWith('.json')) void registry.added(name.slice(0, -'.json'.length))?.repin();
    });
    watcher.on('error', complain);
  } catch (error) {
    complain(error);
  }
  return { [Symbol.dispose]: () => watcher?.close() };
}
