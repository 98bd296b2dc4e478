/** What panels share. */
import { useCallback, useEffect, useState } from 'preact/hooks';

/** Something that is asked for. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
}

/** Loads, and again every so often while the page is looked at. @param everyMs 0 loads once */
export function useLoaded<T>(load: () => Promise<T>, keys: readonly unknown[], everyMs = 0): Loaded<T> {
  const [state, setState] = useState<{ data?: T; error?: string }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let over = false;
    const look = () => {
      if (document.hidden && turn > 0) return;
      load().then(
        (data) => !over && setState({ data }),
        (error: unknown) => !over && setState((before) => ({ ...before, error: error instanceof Error ? error.message : String(error) })),
      );
    };
    look();
    const timer = everyMs > 0 ? setInterval(look, everyMs) : undefined;
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [...keys, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { data: state.data, error: state.error, reload };
}

/** The part of the address after `#`: a panel, and what it is given. */
export function useHash(): { panel: string; query: URLSearchParams } {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const [panel = '', query = ''] = hash.slice(1).split('?', 2);
  return { panel, query: new URLSearchParams(query) };
}

/** `1.2 MiB` */
export function toSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  let left = bytes;
  while (left >= 1024 && at < units.length - 1) {
    left /= 1024;
    at++;
  }
  return `${at === 0 ? left : left.toFixed(1)} ${units[at]}`;
}

/** `850 ms`, `1.2 s` */
export function toDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
