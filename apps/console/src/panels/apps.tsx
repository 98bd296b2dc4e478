/** Editor and notebooks, and previews of ports. Each opens in a tab of its own: a page that shares this window could take the key from it. */
import { useState } from 'preact/hooks';
import { base } from '../api.ts';
import type { PanelProps } from '../app.tsx';
import { useLoaded } from '../hooks.ts';

interface Ui {
  id: string;
  title: string;
  purpose: string;
  path: string;
  state: string;
  crash?: string;
  advice?: string;
}

export function Apps({ api }: PanelProps) {
  const { data, error } = useLoaded(() => api.get<Ui[]>('v1/ui'), [api], 3000);
  const [port, setPort] = useState('3000');
  const [problem, setProblem] = useState<string>();
  const open = async (path: string, url = (ticketed: URL) => ticketed) => {
    try {
      setProblem(undefined);
      window.open(url(await api.ticketed(path)), '_blank', 'noopener');
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause));
    }
  };
  const onHost = (ticketed: URL) => {
    const name = /^(?:localhost|127\.0\.0\.1)$/.test(base.hostname) ? 'sandlot.localhost' : base.hostname;
    return new URL(`${base.protocol}//${port}-${name}${base.port ? `:${base.port}` : ''}/${ticketed.search}`);
  };
  return (
    <>
      <h2>Editor and notebooks</h2>
      {(error ?? problem) && (
        <p class="error" role="alert">
          {error ?? problem}
        </p>
      )}
      <div class="cards">
        {data?.map((ui) => (
          <section class="card" key={ui.id}>
            <h3>{ui.title}</h3>
            <p>{ui.purpose}</p>
            <p>
              <span class={`state ${ui.state}`}>{ui.state === 'missing' ? 'not installed' : ui.state}</span>
              {ui.crash && ` (last time it ended: ${ui.crash})`}
            </p>
            {ui.advice ? (
              <p class="hint">{ui.advice}</p>
            ) : (
              <button type="button" onClick={() => void open(ui.path)}>
                Open {ui.id}
              </button>
            )}
          </section>
        ))}
      </div>
      <h2>Preview of a port</h2>
      <form class="row" onSubmit={(event) => (event.preventDefault(), void open(`/proxy/${port}/`, onHost))}>
        <label for="port">Port</label>
        <input
          id="port"
          inputMode="numeric"
          pattern="[1-9][0-9]{3,4}"
          required
          value={port}
          onInput={(event) => setPort(event.currentTarget.value)}
        />
        <button type="submit">Open on its own host</button>
        <button type="button" onClick={() => void open(`/proxy/${port}/`)}>
          Open below /proxy, sandboxed
        </button>
      </form>
      <p class="hint">
        On its own host a page works in full, if the name <code>{`${port}-<host>`}</code> leads to this gateway. Below /proxy it has no
        cookies and no storage.
      </p>
    </>
  );
}
