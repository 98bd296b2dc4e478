/** One terminal: xterm.js over the shell server's WebSocket, which it comes back to when the connection is lost. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal as Xterm } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Api, openSocket } from '../api.ts';

interface Props {
  readonly api: Api;
  /** One that was given with the page's address; with it there is no coming back. */
  readonly ticket: string | undefined;
  readonly hidden: boolean;
}

export function Terminal({ api, ticket, hidden }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const fit = useRef<(() => void) | undefined>(undefined);
  const [status, setStatus] = useState('connecting');
  useEffect(() => {
    if (!place.current) return;
    const xterm = new Xterm({ cursorBlink: true, fontSize: 14, scrollback: 5000, screenReaderMode: false });
    const addon = new FitAddon();
    xterm.loadAddon(addon);
    xterm.open(place.current);
    fit.current = () => place.current?.offsetParent && addon.fit();
    fit.current();
    const end = connect(api, xterm, ticket, setStatus);
    const watch = new ResizeObserver(() => fit.current?.());
    watch.observe(place.current);
    xterm.focus();
    return () => {
      watch.disconnect();
      end();
      xterm.dispose();
    };
  }, [api]);
  useEffect(() => fit.current?.(), [hidden]);
  return (
    <section hidden={hidden} class="terminal">
      <div ref={place} class="xterm-place" />
      <p class="hint" role="status">
        {status}
      </p>
    </section>
  );
}

/** Keeps it connected. @returns ends the terminal */
function connect(api: Api, xterm: Xterm, ticket: string | undefined, tell: (status: string) => void): () => void {
  let socket: WebSocket | undefined;
  let id: string | undefined;
  let offset = 0;
  let over = false;
  let wait = 250;
  const send = (message: object) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const take = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data !== 'string') {
      offset += data.byteLength;
      return xterm.write(new Uint8Array(data));
    }
    const message = JSON.parse(data);
    if (message.type === 'ready') {
      ({ id, offset } = message);
      wait = 250;
      tell('connected');
      send({ type: 'resize', cols: xterm.cols, rows: xterm.rows });
    } else if (message.type === 'gap') ({ offset } = message);
    else if (message.type === 'exit') {
      over = true;
      tell(`ended${message.exit_code === undefined ? '' : ` with exit code ${message.exit_code}`}`);
    } else if (message.type === 'error') tell(message.message);
  };
  const again = (why: string) => {
    if (over) return;
    if (ticket !== undefined) return tell('The connection is closed. Open the page with a new ticket.');
    tell(`${why} Connecting again…`);
    setTimeout(() => void open(), (wait = Math.min(wait * 2, 8000)));
  };
  const open = async () => {
    if (over) return;
    const query = { cols: String(xterm.cols), rows: String(xterm.rows) };
    try {
      socket = await openSocket(api, '/terminal', id === undefined ? query : { id, offset: String(offset) }, ticket);
      socket.onmessage = take;
      socket.onclose = () => again('The connection is lost.');
    } catch (error) {
      again(error instanceof Error ? error.message : String(error));
    }
  };
  const bytes = new TextEncoder();
  xterm.onData((text) => socket?.readyState === WebSocket.OPEN && socket.send(bytes.encode(text)));
  xterm.onResize(({ cols, rows }) => send({ type: 'resize', cols, rows }));
  void open();
  return () => {
    over = true;
    send({ type: 'end' });
    socket?.close();
  };
}
