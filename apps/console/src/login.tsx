/** Asks for the key. */
import { useState } from 'preact/hooks';
import { ApiError, createApi } from './api.ts';

export function Login({ onKey }: { onKey: (key: string) => void }) {
  const [key, setKey] = useState('');
  const [error, setError] = useState<string>();
  const enter = async (event: Event) => {
    event.preventDefault();
    try {
      await createApi(key.trim()).fetch('v1/ui');
      onKey(key.trim());
    } catch (cause) {
      setError(cause instanceof ApiError ? cause.message : 'The gateway cannot be reached.');
    }
  };
  return (
    <main class="login">
      <h1>Sandlot</h1>
      <form onSubmit={(event) => void enter(event)}>
        <label for="key">API key</label>
        <input
          id="key"
          type="password"
          autocomplete="off"
          required
          value={key}
          onInput={(event) => setKey(event.currentTarget.value)}
          aria-describedby="hint"
        />
        <button type="submit">Open</button>
        <p id="hint">The gateway shows it at its start. It stays in this tab, and is forgotten with it.</p>
        {error !== undefined && (
          <p class="error" role="alert">
            {error}
          </p>
        )}
      </form>
    </main>
  );
}
