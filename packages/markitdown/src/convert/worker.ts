/** A worker process: converts one document after the other, until its owner goes away. */
import { convert } from './convert.ts';
import { ConvertError } from './errors.ts';
import { loadPlugin, pluginOptions } from './plugin.ts';
import type { Job, Message } from './worker/messages.ts';

const send = (message: Message) => process.send?.(message);
const owner = process.ppid;

process.on('disconnect', () => process.exit());
process.on('message', (job: Job) => void work(job));

async function work({ bytes, options, plugins }: Job): Promise<void> {
  try {
    const modules = await Promise.all(plugins.map(loadPlugin));
    send({ type: 'done', conversion: await convert(bytes, { ...options, ...pluginOptions(modules), onProgress }) });
  } catch (error) {
    const known = error instanceof ConvertError ? error : undefined;
    send({ type: 'failed', code: known?.code ?? 'malformed', message: error instanceof Error ? error.message : String(error) });
  }
}

function onProgress(done: number, total: number): void {
  // A long conversion does not see the disconnect: the owner died when another process took this one over.
  if (process.ppid !== owner) process.exit();
  send({ type: 'progress', done, total });
}
