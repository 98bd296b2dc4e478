/** Passes messages between two WebSockets, unharmed and at the speed of the slower one. */
import type { RawData, WebSocket } from 'ws';

const mostWaiting = 1024 * 1024;

/** Couples a client with what is behind the gateway. A close of one closes the other with the same code. */
export function relay(client: WebSocket, backend: WebSocket): void {
  pass(client, backend);
  pass(backend, client);
  backend.resume();
}

function pass(from: WebSocket, to: WebSocket): void {
  from.on('message', (data: RawData, isBinary) => {
    to.send(data, { binary: isBinary }, () => {
      if (from.isPaused && to.bufferedAmount <= mostWaiting) from.resume();
    });
    if (to.bufferedAmount > mostWaiting) from.pause();
  });
  from.on('error', () => from.terminate());
  from.on('close', (code, reason) => {
    // What waits to be read from the other side is of no use any more, but its own close must be read.
    to.resume();
    if (isSendable(code)) to.close(code, reason);
    else to.close(code === 1005 ? 1000 : 1001);
  });
}

/** Codes that may stand in a close frame (RFC 6455, section 7.4): others only say how a connection was lost. */
function isSendable(code: number): boolean {
  return code >= 1000 && code <= 4999 && ![1004, 1005, 1006, 1015].includes(code);
}
