/** A table of calls. */
import { toDuration } from '../hooks.ts';

/** See `/v1/calls`. */
export interface Call {
  readonly id: number;
  readonly principal: string;
  readonly server: string;
  readonly tool: string;
  readonly started_at: string;
  readonly trace_id?: string;
  readonly duration_ms?: number;
  readonly outcome?: string;
  readonly error?: string;
}

/** @param calls undefined while they are loaded */
export function CallTable({ calls }: { calls: readonly Call[] | undefined }) {
  if (!calls) return <p class="hint">…</p>;
  if (calls.length === 0) return <p class="hint">No call yet. See Connect for how an agent gets here.</p>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Tool</th>
            <th scope="col">Outcome</th>
            <th scope="col">Duration</th>
            <th scope="col">Began</th>
            <th scope="col">Caller</th>
            <th scope="col">Trace</th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr key={call.id}>
              <td>
                <code>{call.tool}</code>
              </td>
              <td>
                <span class={`outcome ${call.outcome ?? 'running'}`}>
                  {call.outcome ?? 'running'}
                  {call.error ? ` ${call.error}` : ''}
                </span>
              </td>
              <td>{call.duration_ms === undefined ? '…' : toDuration(call.duration_ms)}</td>
              <td>
                <time dateTime={call.started_at}>{new Date(call.started_at).toLocaleTimeString()}</time>
              </td>
              <td>{call.principal}</td>
              <td>{call.trace_id ? <a href={`#calls?trace=${call.trace_id}`}>{call.trace_id.slice(0, 8)}</a> : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
