/** The servers: health, context cost, what waits for approval. */
import type { PanelProps } from '../app.tsx';
import { useLoaded } from '../hooks.ts';

interface Server {
  id: string;
  title?: string;
  origin?: string;
  state: string;
  restarts?: number;
  tools?: number;
  tokens?: number;
  pid?: number;
  error?: string;
  waiting?: { name: string }[];
  stderr?: string[];
}

export function Servers({ api }: PanelProps) {
  const { data, error, reload } = useLoaded(() => api.get<Server[]>('v1/mcp/servers?details=true'), [api], 3000);
  const most = Math.max(1, ...(data ?? []).map(({ tokens = 0 }) => tokens));
  const approve = (id: string) =>
    void api
      .fetch(`v1/mcp/servers/${id}/approve`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' })
      .then(reload, reload);
  return (
    <>
      <h2>Servers</h2>
      {error && <p class="error">{error}</p>}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Server</th>
              <th scope="col">State</th>
              <th scope="col">Tools</th>
              <th scope="col">Context cost</th>
              <th scope="col">Restarts</th>
              <th scope="col">Process</th>
            </tr>
          </thead>
          <tbody>
            {data?.map((server) => (
              <tr key={server.id}>
                <td>
                  <strong>{server.id}</strong>
                  {server.title && server.title !== server.id && <div class="hint">{server.title}</div>}
                </td>
                <td>
                  <span class={`state ${server.state}`}>{server.state}</span>
                  {server.error && <div class="error">{server.error}</div>}
                  {server.waiting && server.waiting.length > 0 && (
                    <div>
                      {server.waiting.length} tools wait.{' '}
                      <button type="button" onClick={() => approve(server.id)}>
                        Approve {server.id}
                      </button>
                    </div>
                  )}
                </td>
                <td>{server.tools ?? '–'}</td>
                <td>
                  {server.tokens === undefined ? (
                    '–'
                  ) : (
                    <>
                      <meter min={0} max={most} value={server.tokens} aria-label={`Cost of ${server.id}`} />{' '}
                      {server.tokens.toLocaleString('en')} tokens
                    </>
                  )}
                </td>
                <td>{server.restarts ?? '–'}</td>
                <td>{server.pid ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
