/** Carries a viewer of the display: RFB over a WebSocket, as noVNC speaks it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { SocketConnection } from '@sandlot/core';

/** Serves a viewer until either side ends. @param socket path of the display's Unix socket */
export async function serveViewer(socket: string, connection: SocketConnection): Promise<void> {
  const screen = connect(socket);
  screen.on('error', () => screen.destroy());
  connection.onMessage((message) => void screen.write(message));
  screen.on('data', (bytes: Buffer) => {
    screen.pause();
    void connection.send(bytes).then(() => screen.resume());
  });
  connection.signal.addEventListener('abort', () => screen.destroy(), { once: true });
  if (connection.signal.aborted) screen.destroy();
  await once(screen, 'close');
  connection.close(1000, 'The display has ended.');
}
