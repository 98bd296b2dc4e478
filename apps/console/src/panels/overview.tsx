/** What is going on: resources, servers, the last calls, confinement. */
import type { PanelProps } from '../app.tsx';
import { toSize, useLoaded } from '../hooks.ts';
import { CallTable, type Call } from './call-table.tsx';

interface Server {
  id: string;
  state: string;
}

export function Overview({ api }: PanelProps) {
  const metrics = useLoaded(async () => parse(await (await api.fetch('metrics')).text()), [api], 3000);
  const servers = useLoaded(() => api.get<Server[]>('v1/mcp/servers?details=true'), [api], 5000);
  const sandbox = useLoaded(() => api.get<{ listing: { tools: number; tokens: number } }>('v1/sandbox'), [api], 60_000);
  const listing = sandbox.data?.listing;
  const calls = useLoaded(() => api.get<Call[]>('v1/calls'), [api], 2000);
  const value = (name: string) => metrics.data?.get(name);
  const used = value('container_memory_usage_bytes') ?? value('process_memory_usage_bytes');
  const limit = value('sandlot_memory_limit_bytes');
  const capacity = value('container_filesystem_capacity_bytes');
  const free = value('container_filesystem_available_bytes');
  return (
    <>
      <section class="cards" aria-label="Resources">
        <Meter title="Memory" used={used} of={limit} />
        <Meter title="Workspace disk" used={capacity !== undefined && free !== undefined ? capacity - free : undefined} of={capacity} />
        <div class="card">
          <h3>CPU time</h3>
          <p>
            {value('container_cpu_time_seconds_total') === undefined ? '–' : `${value('container_cpu_time_seconds_total')?.toFixed(1)} s`}
          </p>
        </div>
        <div class="card">
          <h3>Context cost</h3>
          <p>{listing ? `${listing.tools} tools, ${listing.tokens.toLocaleString('en')} tokens` : '–'}</p>
        </div>
      </section>
      {metrics.error && <p class="hint">Resources: {metrics.error}</p>}
      <section>
        <h2>Servers</h2>
        {servers.error && <p class="error">{servers.error}</p>}
        <ul class="chips">
          {servers.data?.map(({ id, state }) => (
            <li key={id} class={`state ${state}`}>
              {id} <span>{state}</span>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>Last calls</h2>
        {calls.error && <p class="error">{calls.error}</p>}
        <CallTable calls={calls.data?.slice(0, 10)} />
      </section>
    </>
  );
}

function Meter({ title, used, of }: { title: string; used: number | undefined; of: number | undefined }) {
  return (
    <div class="card">
      <h3>{title}</h3>
      <p>
        {used === undefined ? '–' : toSize(used)}
        {of !== undefined && ` of ${toSize(of)}`}
      </p>
      {used !== undefined && of !== undefined && (
        <meter min={0} max={of} value={used} high={of * 0.8} aria-label={title}>
          {Math.round((used / of) * 100)} %
        </meter>
      )}
    </div>
  );
}

/** Values without labels of the Prometheus text format. */
function parse(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(/^([a-z_]+) (\S+)$/gm)) values.set(name, Number(value));
  return values;
}
