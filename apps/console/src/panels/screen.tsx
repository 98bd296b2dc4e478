/** The display over VNC. */
import RFB from '@novnc/novnc';
import { useEffect, useRef, useState } from 'preact/hooks';
import { openSocket } from '../api.ts';
import type { PanelProps } from '../app.tsx';

export function Screen({ api, query }: PanelProps) {
  const place = useRef<HTMLDivElement>(null);
  const rfb = useRef<RFB | undefined>(undefined);
  const [status, setStatus] = useState('connecting');
  const [turn, setTurn] = useState(0);
  const [text, setText] = useState('');
  useEffect(() => {
    let over = false;
    setStatus('connecting');
    openSocket(api, '/browser/vnc', {}, query.get('ticket') ?? undefined).then(
      (socket) => {
        if (over || !place.current) return socket.close();
        const made = new RFB(place.current, socket, { shared: true });
        made.scaleViewport = true;
        made.resizeSession = true;
        made.background = 'transparent';
        made.addEventListener('connect', () => setStatus('connected'));
        made.addEventListener(
          'disconnect',
          () =>
            !over &&
            setStatus(
              'There is no display to watch, or it is closed. It needs the browser server with --display (SANDLOT_BROWSER_DISPLAY=true).',
            ),
        );
        made.addEventListener('clipboard', (event) => setText(event instanceof CustomEvent ? String(event.detail.text) : ''));
        rfb.current = made;
      },
      (error: unknown) => setStatus(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      over = true;
      rfb.current?.disconnect();
      rfb.current = undefined;
    };
  }, [api, turn]);
  return (
    <>
      <div class="row">
        <h2>Screen</h2>
        <span class={`state ${status === 'connected' ? 'running' : ''}`} role="status">
          {status}
        </span>
        {status !== 'connected' && (
          <button type="button" onClick={() => setTurn(turn + 1)}>
            Connect again
          </button>
        )}
      </div>
      <div ref={place} class="vnc" aria-label="The display" />
      <form class="row" onSubmit={(event) => (event.preventDefault(), rfb.current?.clipboardPasteFrom(text))}>
        <label class="grow">
          Clipboard of the display <input value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="submit">Set</button>
      </form>
    </>
  );
}
