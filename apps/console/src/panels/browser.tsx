/** The agent's browser, live; a person may take over. What goes over the wire: packages/browser/README.md. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { openSocket } from '../api.ts';
import type { PanelProps } from '../app.tsx';
import { keyName, pointOf } from './browser-input.ts';

interface State {
  held: 'you' | 'other' | 'agent';
  request?: { reason: string; need: string };
  tabs: { id: string; url: string }[];
  current?: string;
  shown?: string;
  dialog?: unknown;
}

export function Browser({ api, query }: PanelProps) {
  const picture = useRef<HTMLCanvasElement>(null);
  const socket = useRef<WebSocket | undefined>(undefined);
  const size = useRef({ width: 0, height: 0 });
  const [state, setState] = useState<State>();
  const [problem, setProblem] = useState<string>();
  const [turn, setTurn] = useState(0);
  const send = (message: object) => socket.current?.readyState === WebSocket.OPEN && socket.current.send(JSON.stringify(message));
  useEffect(() => {
    let over = false;
    const take = async ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') {
        const bitmap = await createImageBitmap(new Blob([data], { type: 'image/jpeg' }));
        const canvas = picture.current;
        if (!canvas || over) return;
        Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
        canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
        return;
      }
      const message = JSON.parse(data);
      if (message.type === 'state') {
        setState(message);
        setProblem(undefined);
      } else if (message.type === 'frame') size.current = message;
      else if (message.type === 'error') setProblem(message.message);
    };
    openSocket(api, '/browser/live', {}, query.get('ticket') ?? undefined).then(
      (opened) => {
        if (over) return opened.close();
        socket.current = opened;
        opened.onmessage = (event) => void take(event);
        opened.onclose = () => !over && setProblem('The connection is closed.');
      },
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      over = true;
      socket.current?.close();
    };
  }, [api, turn]);
  const mine = state?.held === 'you';
  const mouse = (action: string, event: MouseEvent, more: object = {}) => {
    if (!mine) return;
    send({
      type: 'mouse',
      action,
      ...pointOf(event, size.current),
      button: (['left', 'middle', 'right'] as const)[event.button] ?? 'left',
      ...more,
    });
  };
  return (
    <>
      <div class="row">
        <h2>Browser</h2>
        {state && (
          <span class={`state ${mine ? 'running' : ''}`}>
            {mine ? 'you act' : state.held === 'agent' ? 'the agent acts' : 'somebody else acts'}
          </span>
        )}
        {state && !mine && (
          <button type="button" onClick={() => send({ type: 'take' })}>
            Take over
          </button>
        )}
        {mine && (
          <button type="button" onClick={() => send({ type: 'give_back' })}>
            Give back
          </button>
        )}
        {problem && (
          <button type="button" onClick={() => setTurn(turn + 1)}>
            Connect again
          </button>
        )}
      </div>
      {problem && (
        <p class="error" role="alert">
          {problem}
        </p>
      )}
      {state?.request && (
        <p class="notice" role="status">
          The agent asks for help: {state.request.reason} {state.request.need}{' '}
          <button type="button" onClick={() => send({ type: 'decline' })}>
            Decline
          </button>
        </p>
      )}
      <ul class="chips">
        {state?.tabs.map(({ id, url }) => (
          <li key={id}>
            <button type="button" aria-pressed={id === state.shown} onClick={() => send({ type: 'watch', tabId: id })}>
              {url.slice(0, 60) || 'new tab'}
            </button>
          </li>
        ))}
      </ul>
      {mine && <Address send={send} />}
      {state && state.tabs.length === 0 && (
        <p class="hint">The browser is not open yet. It opens with the agent's first page, or when you take over.</p>
      )}
      <canvas
        ref={picture}
        class="screen"
        tabIndex={0}
        role="img"
        aria-label="The page as the agent sees it"
        onMouseDown={(event) => (event.currentTarget.focus(), mouse('down', event, { clicks: Math.min(3, Math.max(1, event.detail)) }))}
        onMouseUp={(event) => mouse('up', event, { clicks: Math.min(3, Math.max(1, event.detail)) })}
        onMouseMove={(event) => event.buttons > 0 && mouse('move', event)}
        onWheel={(event) => mine && (event.preventDefault(), mouse('wheel', event, { dx: event.deltaX, dy: event.deltaY }))}
        onContextMenu={(event) => mine && event.preventDefault()}
        onKeyDown={(event) =>
          mine && event.key !== 'Tab' && (event.preventDefault(), send({ type: 'key', action: 'press', key: keyName(event) }))
        }
        onPaste={(event) => mine && send({ type: 'text', text: event.clipboardData?.getData('text') ?? '' })}
      />
    </>
  );
}

function Address({ send }: { send: (message: object) => void }) {
  const [url, setUrl] = useState('');
  return (
    <form class="row" onSubmit={(event) => (event.preventDefault(), send({ type: 'navigate', url }))}>
      <button type="button" onClick={() => send({ type: 'history', way: 'back' })}>
        Back
      </button>
      <button type="button" onClick={() => send({ type: 'history', way: 'reload' })}>
        Reload
      </button>
      <label class="grow">
        Address <input value={url} onInput={(event) => setUrl(event.currentTarget.value)} />
      </label>
      <button type="submit">Go</button>
    </form>
  );
}
