/** Terminals of the shell server. */
import { useState } from 'preact/hooks';
import type { PanelProps } from '../app.tsx';
import { Terminal } from './terminal.tsx';

let count = 1;

export function Terminals({ api, query }: PanelProps) {
  const ticket = query.get('ticket') ?? undefined;
  const [all, setAll] = useState([count]);
  const [shown, setShown] = useState(count);
  const add = () => (setAll([...all, ++count]), setShown(count));
  const end = (number: number) => {
    const rest = all.filter((one) => one !== number);
    setAll(rest);
    if (shown === number) setShown(rest.at(-1) ?? 0);
  };
  return (
    <>
      <div class="row" role="group" aria-label="Terminals">
        {all.map((number) => (
          <button type="button" key={number} aria-pressed={number === shown} onClick={() => setShown(number)}>
            Terminal {number}
          </button>
        ))}
        {ticket === undefined && (
          <button type="button" onClick={add}>
            New terminal
          </button>
        )}
        {ticket === undefined && shown > 0 && (
          <button type="button" onClick={() => end(shown)}>
            End terminal {shown}
          </button>
        )}
      </div>
      {all.map((number) => (
        <Terminal key={number} api={api} ticket={ticket} hidden={number !== shown} />
      ))}
    </>
  );
}
