/** The Grafana dashboard: one panel a metric, in the order of the definitions. https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
import { type MetricDefinition, metricDefinitions, type MetricName, metricNames, prometheusName } from '@sandlot/core/telemetry';

const units: Readonly<Record<string, string>> = { s: 's', By: 'bytes', '1': 'none' };
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** What a panel of a metric asks Prometheus. */
export function queries(name: MetricName): readonly { readonly expr: string; readonly legend: string }[] {
  const { kind, attributes }: MetricDefinition = metricDefinitions[name];
  const labels = attributes.map((label) => label.replaceAll('.', '_'));
  const legend = labels.map((label) => `{{${label}}}`).join(' ');
  const series = prometheusName(name);
  const by = (more: readonly string[]) => (more.length > 0 ? ` by (${more.join(', ')})` : '');
  if (kind === 'gauge') return [{ expr: series, legend }];
  if (kind === 'counter') return [{ expr: `sum${by(labels)} (rate(${series}[$__rate_interval]))`, legend }];
  const shown = labels.filter((label) => label === 'sandlot_server' || label === 'operation' || label === 'outcome');
  return [0.5, 0.95].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum${by(['le', ...shown])} (rate(${series}_bucket[$__rate_interval])))`,
    legend: `p${quantile * 100} ${shown.map((label) => `{{${label}}}`).join(' ')}`.trim(),
  }));
}

/** The dashboard. */
export function dashboard(): object {
  const width = 12;
  const height = 7;
  const panels = metricNames.map((name, at) => {
    const { kind, unit, description }: MetricDefinition = metricDefinitions[name];
    const perSecond = kind === 'counter' && unit !== 's';
    return {
      id: at + 1,
      type: 'timeseries',
      title: kind === 'counter' ? `${name} a second` : name,
      description,
      datasource,
      gridPos: { x: (at % 2) * width, y: Math.floor(at / 2) * height, w: width, h: height },
      fieldConfig: {
        defaults: { unit: kind === 'counter' ? (perSecond ? 'cps' : 'percentunit') : (units[unit] ?? 'short'), min: 0 },
        overrides: [],
      },
      targets: queries(name).map(({ expr, legend }, index) => ({
        refId: String.fromCodePoint(65 + index),
        datasource,
        expr,
        legendFormat: legend === '' ? '__auto' : legend,
      })),
    };
  });
  return {
    uid: 'sandlot',
    title: 'Sandlot',
    tags: ['sandlot'],
    schemaVersion: 39,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels,
  };
}
