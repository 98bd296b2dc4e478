/** A viewer that speaks RFB 3.8 over a WebSocket, as far as the tests need it: https://www.rfc-editor.org/rfc/rfc6143 */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';

/** Sizes of the screen as an encoding: https://github.com/rfbproto/rfbproto, "ExtendedDesktopSize". */
const desktopSizes = -308;

/** An open view of a display. */
export interface RfbViewer extends Disposable {
  readonly width: number;
  readonly height: number;
  /** Presses and releases the first button. */
  click(x: number, y: number): void;
  /** Types a letter or digit. */
  type(character: string): void;
  /** Gives the display another size. */
  resize(width: number, height: number): void;
}

/** Connects. @throws Error when the WebSocket is refused, with its answer */
export async function viewDisplay(url: string, headers: Record<string, string>): Promise<RfbViewer> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/browser/vnc`, { headers });
  const stream = createWebSocketStream(socket);
  const input = stream.pipe(new PassThrough());
  await new Promise((resolve, reject) => {
    socket.once('open', resolve).once('error', reject);
    stream.on('error', reject);
  });
  const read = async (bytes: number): Promise<Buffer> => {
    for (;;) {
      const found: unknown = input.read(bytes);
      if (Buffer.isBuffer(found) && found.length === bytes) return found;
      await once(input, 'readable');
    }
  };
  const version = (await read(12)).toString();
  if (version !== 'RFB 003.008\n') throw new Error(`not RFB 3.8: ${version}`);
  stream.write('RFB 003.008\n');
  const types = await read((await read(1)).readUInt8());
  if (!types.includes(1)) throw new Error('the display asks for a password');
  stream.write(Buffer.from([1]));
  await read(4);
  stream.write(Buffer.from([1]));
  const init = await read(24);
  await read(init.readUInt32BE(20));
  // Nothing is read from here on: what the display looks like is seen by the browser.
  input.resume();
  const encodings = Buffer.alloc(8);
  encodings.writeUInt8(2);
  encodings.writeUInt16BE(1, 2);
  encodings.writeInt32BE(desktopSizes, 4);
  stream.write(encodings);
  return {
    width: init.readUInt16BE(0),
    height: init.readUInt16BE(2),
    click(x, y) {
      for (const buttons of [0, 1, 0]) stream.write(Buffer.from([5, buttons, x >> 8, x & 255, y >> 8, y & 255]));
    },
    type(character) {
      for (const down of [1, 0]) stream.write(Buffer.from([4, down, 0, 0, 0, 0, 0, character.charCodeAt(0)]));
    },
    resize(width, height) {
      const message = Buffer.alloc(24);
      message.writeUInt8(251);
      message.writeUInt16BE(width, 2);
      message.writeUInt16BE(height, 4);
      message.writeUInt8(1, 6);
      message.writeUInt16BE(width, 16);
      message.writeUInt16BE(height, 18);
      stream.write(message);
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
