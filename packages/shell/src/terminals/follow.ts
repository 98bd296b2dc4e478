/** Shows a terminal to one viewer: what it has written from a position on, and then what it writes, until it ends. */
import type { SocketConnection } from '@sandlot/core';
import type { Command } from '../sessions/command.ts';
import type { Told } from './control.ts';

const chunkBytes = 64 * 1024;
const lookMs = 60_000;

/**
 * Sends output as it comes. Each viewer reads at its own speed from what is kept, so that a slow one holds up neither the program nor
 * the others.
 *
 * @param from position of the first byte
 */
export async function follow(command: Command, from: number, connection: SocketConnection): Promise<void> {
  const { output } = command;
  const { signal } = connection;
  const tell = (told: Told) => connection.send(JSON.stringify(told));
  let at = from;
  let { size } = command;
  await tell({ type: 'ready', id: command.id, offset: at, ...size });
  while (!signal.aborted) {
    if (command.size !== size) {
      ({ size } = command);
      await tell({ type: 'size', ...size });
    } else if (at < output.total) {
      const bytes = await output.slice(at, Math.min(output.total, at + chunkBytes));
      at = bytes.length > 0 ? at + bytes.length : output.kept;
      await (bytes.length > 0 ? connection.send(bytes) : tell({ type: 'gap', offset: at }));
    } else if (command.status === 'running') {
      // It only throws when the viewer has gone.
      await command.wait(lookMs, signal, () => output.total > at || command.size !== size).catch(() => undefined);
    } else {
      const { code, signal: name } = command.exit ?? {};
      await tell({
        type: 'exit',
        status: command.status,
        ...(typeof code === 'number' && { exit_code: code }),
        ...(name && { signal: name }),
      });
      return;
    }
  }
}
