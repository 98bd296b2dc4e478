/** The frame: who is let in, the list of panels, light or dark. */
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import { type Api, ApiError, createApi, keepKey, keptKey } from './api.ts';
import { useHash } from './hooks.ts';
import { Login } from './login.tsx';
import { Overview } from './panels/overview.tsx';

/** What each panel gets. */
export interface PanelProps {
  readonly api: Api;
  /** What stands after the panel's name in the address. */
  readonly query: URLSearchParams;
}

const panels = [
  { id: 'overview', title: 'Overview', view: Overview },
  { id: 'browser', title: 'Browser', view: lazy(() => import('./panels/browser.tsx').then(({ Browser }) => Browser)) },
  { id: 'screen', title: 'Screen', view: lazy(() => import('./panels/screen.tsx').then(({ Screen }) => Screen)) },
  { id: 'terminals', title: 'Terminals', view: lazy(() => import('./panels/terminals.tsx').then(({ Terminals }) => Terminals)) },
  { id: 'files', title: 'Files', view: lazy(() => import('./panels/files.tsx').then(({ Files }) => Files)) },
  { id: 'calls', title: 'Calls', view: lazy(() => import('./panels/calls.tsx').then(({ Calls }) => Calls)) },
  { id: 'servers', title: 'Servers', view: lazy(() => import('./panels/servers.tsx').then(({ Servers }) => Servers)) },
  { id: 'apps', title: 'Editor and notebooks', view: lazy(() => import('./panels/apps.tsx').then(({ Apps }) => Apps)) },
  { id: 'connect', title: 'Connect', view: lazy(() => import('./panels/connect.tsx').then(({ Connect }) => Connect)) },
] as const;

export function App() {
  const [api, setApi] = useState<Api | 'unknown' | undefined>('unknown');
  const { panel, query } = useHash();
  useEffect(() => {
    const tried = createApi(keptKey());
    tried.fetch('v1/ui').then(
      () => setApi(tried),
      (error: unknown) => setApi(error instanceof ApiError && error.status === 403 ? tried : undefined),
    );
  }, []);
  // An address with a ticket opens one thing, without a key.
  if (query.has('ticket') && api !== 'unknown' && api === undefined) {
    const alone = panels.find(({ id }) => id === panel);
    if (alone)
      return (
        <main class="alone">
          <Suspense fallback={<p>Loading…</p>}>
            <alone.view api={createApi(undefined)} query={query} />
          </Suspense>
        </main>
      );
  }
  if (api === 'unknown') return <p class="loading">Loading…</p>;
  if (!api) return <Login onKey={(key) => (keepKey(key), setApi(createApi(key)))} />;
  const shown = panels.find(({ id }) => id === panel) ?? panels[0];
  return (
    <div class="frame">
      <a class="skip" href="#content" onClick={(event) => (event.preventDefault(), document.getElementById('content')?.focus())}>
        Skip to content
      </a>
      <header>
        <h1>Sandlot</h1>
        <nav aria-label="Panels">
          {panels.map(({ id, title }) => (
            <a key={id} href={`#${id}`} aria-current={id === shown.id ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <ThemeSwitch />
        {api.key !== undefined && (
          <button type="button" onClick={() => (keepKey(undefined), setApi(undefined))}>
            Leave
          </button>
        )}
      </header>
      <main id="content" tabIndex={-1} aria-label={shown.title}>
        <Suspense fallback={<p>Loading…</p>}>
          <shown.view key={shown.id} api={api} query={query} />
        </Suspense>
      </main>
    </div>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useState(() => localStorage.getItem('sandlot-theme') ?? 'auto');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem('sandlot-theme', theme);
  }, [theme]);
  return (
    <label class="theme">
      Theme{' '}
      <select value={theme} onChange={(event) => setTheme(event.currentTarget.value)}>
        <option value="auto">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
