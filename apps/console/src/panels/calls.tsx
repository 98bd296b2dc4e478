/** The calls that run and the last that ended, and the waterfall of one's trace. */
import type { PanelProps } from '../app.tsx';
import { toDuration, useLoaded } from '../hooks.ts';
import { type Call, CallTable } from './call-table.tsx';

interface Span {
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status?: { code?: number };
}

interface Trace {
  resourceSpans: { resource: { attributes?: { key: string; value: { stringValue?: string } }[] }; scopeSpans: { spans: Span[] }[] }[];
}

export function Calls({ api, query }: PanelProps) {
  const trace = query.get('trace');
  const calls = useLoaded(() => api.get<Call[]>('v1/calls'), [api], 1500);
  return (
    <>
      {trace !== null && <Waterfall api={api} id={trace} />}
      <h2>Calls</h2>
      {calls.error && <p class="error">{calls.error}</p>}
      <CallTable calls={calls.data} />
    </>
  );
}

function Waterfall({ api, id }: { api: PanelProps['api']; id: string }) {
  const { data, error } = useLoaded(async (): Promise<Trace> => (await api.fetch(`v1/traces/${id}`)).json(), [api, id], 2000);
  const rows = data ? toRows(data) : [];
  const start = Math.min(...rows.map((row) => row.start));
  const whole = Math.max(...rows.map((row) => row.end)) - start || 1;
  return (
    <section aria-label={`Trace ${id}`}>
      <h2>
        Trace <code>{id.slice(0, 8)}</code> <a href="#calls">close</a>
      </h2>
      {error && <p class="error">{error}</p>}
      <ol class="waterfall">
        {rows.map(({ span, service, depth, start: from, end }) => (
          <li key={span.spanId} class={span.status?.code === 2 ? 'failed' : ''}>
            <span class="name" style={{ paddingInlineStart: `${depth * 0.8}rem` }} title={service}>
              {span.name}
            </span>
            <span class="track">
              <span
                class="bar"
                style={{
                  marginInlineStart: `${((from - start) / whole) * 100}%`,
                  width: `${Math.max(0.4, ((end - from) / whole) * 100)}%`,
                }}
              />
            </span>
            <span class="took">{toDuration(end - from)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Spans in the order of a tree, with times in milliseconds. */
function toRows({ resourceSpans }: Trace) {
  const all = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes?.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ span, service })));
  });
  const known = new Set(all.map(({ span }) => span.spanId));
  const rows: { span: Span; service: string; depth: number; start: number; end: number }[] = [];
  const visit = (parent: string | undefined, depth: number) => {
    const children = all
      .filter(({ span }) => (parent === undefined ? !known.has(span.parentSpanId ?? '') : span.parentSpanId === parent))
      .toSorted((a, b) => Number(BigInt(a.span.startTimeUnixNano) - BigInt(b.span.startTimeUnixNano)));
    for (const { span, service } of children) {
      rows.push({ span, service, depth, start: Number(span.startTimeUnixNano) / 1e6, end: Number(span.endTimeUnixNano) / 1e6 });
      visit(span.spanId, depth + 1);
    }
  };
  visit(undefined, 0);
  return rows;
}
