import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metricDefinitions, metricNames, prometheusName } from '@sandlot/core/telemetry';
import { temporaryFolder } from '@sandlot/core/testing';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { alerts } from '../scripts/monitoring/alerts.ts';
import { dashboard, queries } from '../scripts/monitoring/dashboard.ts';
import { keyEntry, realGateway } from './real-gateway.ts';

const folder = fileURLToPath(new URL('../../../docker/monitoring/', import.meta.url));
const reader = 'reader-secret-0123456789';
const places = [process.env['SANDLOT_TEST_PROMETHEUS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)];
const [prometheus, promtool] = ['prometheus', 'promtool'].map((name) =>
  places.map((place) => join(place, name)).find((path) => existsSync(path)),
);
const series = new Set(metricNames.flatMap((name) => suffixes(name).map((suffix) => `${prometheusName(name)}${suffix}`)));

describe('the files for Prometheus and Grafana', () => {
  it('ask for nothing that is not measured', () => {
    const asked = [...alerts.map(({ expr }) => expr), ...metricNames.flatMap((name) => queries(name).map(({ expr }) => expr))];
    const names = asked.flatMap((expr) => expr.match(/\b(?:mcp|sandlot|container|process|nodejs|otel)_\w+/g) ?? []);
    expect(names.length).toBeGreaterThan(alerts.length);
    // Labels have such names, too.
    expect([...new Set(names)].filter((name) => !series.has(name) && name !== 'sandlot_server' && !isLabel(name))).toEqual([]);
  });

  it('are brought together by the compose profile', async () => {
    const read = (name: string) => readFile(join(folder, name), 'utf8');
    const compose = await read('../compose.yaml');
    const mounts = [...compose.matchAll(/- \.\/monitoring\/(\S+):(\S+):ro$/gm)].map(([, from = '', to = '']) => ({ from, to }));
    expect(mounts.map(({ from }) => from).toSorted()).toEqual((await readdir(folder)).toSorted());
    const place = (name: string) => mounts.find(({ from }) => from === name)?.to ?? '';
    expect(compose).toContain(`--config.file=${place('prometheus.yaml')}`);
    expect(dirname(place('alerts.yaml'))).toBe(dirname(place('prometheus.yaml')));
    expect(await read('grafana-dashboards.yaml')).toContain(`path: ${dirname(place('dashboard.json'))}\n`);
    const services = [...compose.matchAll(/^ {2}([a-z]+):$/gm)].map(([, name]) => name);
    const [, target] = /targets: \[([a-z]+):8080\]/.exec(await read('prometheus.yaml')) ?? [];
    const [, source] = /url: http:\/\/([a-z]+):9090/.exec(await read('grafana-datasource.yaml')) ?? [];
    expect(services).toEqual(expect.arrayContaining([target, source]));
    expect(await read('prometheus.yaml')).toContain('credentials_file: /run/secrets/metrics_key');
    expect(compose).toMatch(/^secrets:\n {2}metrics_key:\n/m);
  });

  it('show every metric', async () => {
    const { panels } = z.object({ panels: z.array(z.object({ title: z.string() })) }).parse(dashboard());
    expect(panels.map(({ title }) => title.replace(' a second', ''))).toEqual(metricNames);
    expect(await readFile(join(folder, 'dashboard.json'), 'utf8')).toBe(`${JSON.stringify(dashboard(), null, 2)}\n`);
  });
});

describe.skipIf(!prometheus || !promtool)(
  `a real Prometheus${prometheus ? '' : ' (skipped: install it, on Debian "apt-get install prometheus", or name its folder in SANDLOT_TEST_PROMETHEUS)'}`,
  () => {
    it('takes the rules, the format of /metrics, and every question of the dashboard', async () => {
      await using gateway = await realGateway(['file'], { auth: { keys: [keyEntry('prometheus', reader, ['metrics:read'])] } });
      await using work = await temporaryFolder();
      await gateway.call(gateway.listening.apiKey ?? '', 'file_write', { path: 'a.txt', content: 'x' });
      const text = await (await gateway.request('/metrics', { as: reader })).text();
      expect(run(['check', 'rules', join(folder, 'alerts.yaml')])).toMatchObject({ status: 0 });
      const checked = run(['check', 'metrics'], text);
      expect(checked.output).not.toMatch(/error while linting|parse/i);

      const config = join(work.path, 'prometheus.yaml');
      const shipped = await readFile(join(folder, 'prometheus.yaml'), 'utf8');
      await copyFile(join(folder, 'alerts.yaml'), join(work.path, 'alerts.yaml'));
      await writeFile(join(work.path, 'key'), reader);
      const changed = shipped
        .replace('sandbox:8080', new URL(gateway.url).host)
        .replace('/run/secrets/metrics_key', join(work.path, 'key'))
        .replace('scrape_interval: 15s', 'scrape_interval: 1s\n  evaluation_interval: 1s');
      await writeFile(config, changed);
      expect(run(['check', 'config', config])).toMatchObject({ status: 0 });

      const port = await freePort();
      const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(work.path, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
      const server = spawn(prometheus ?? '', args, { stdio: 'ignore' });
      try {
        const ask = (path: string) => fetch(`http://127.0.0.1:${port}/api/v1/${path}`).then((answer) => answer.json());
        const query = (expr: string) => ask(`query?query=${encodeURIComponent(expr)}`).then((answer) => answerSchema.parse(answer));
        const value = async (expr: string) => (await query(expr).catch(() => undefined))?.data.result[0]?.value[1];
        await expect.poll(() => value('up{job="sandlot"}'), { timeout: 60_000 }).toBe('1');
        await expect.poll(() => value('sum(mcp_client_operation_duration_seconds_count)'), { timeout: 60_000 }).toBeDefined();
        for (const name of metricNames)
          for (const { expr } of queries(name))
            expect(await query(expr.replace('$__rate_interval', '1m')), expr).toMatchObject({ status: 'success' });
        const health = () =>
          ask('rules').then((answer) => rulesSchema.parse(answer).data.groups.flatMap(({ rules }) => rules.map((rule) => rule.health)));
        await expect.poll(health, { timeout: 60_000 }).toEqual(alerts.map(() => 'ok'));
      } finally {
        server.kill('SIGTERM');
        if (server.exitCode === null) await once(server, 'exit');
      }
    }, 180_000);
  },
);

const answerSchema = z.object({
  status: z.string(),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const rulesSchema = z.object({ data: z.object({ groups: z.array(z.object({ rules: z.array(z.object({ health: z.string() })) })) }) });

function run(args: readonly string[], input = ''): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(promtool ?? '', args, { input, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function suffixes(name: keyof typeof metricDefinitions): readonly string[] {
  return metricDefinitions[name].kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
}

function isLabel(name: string): boolean {
  return metricNames.some((metric) => metricDefinitions[metric].attributes.some((label) => label.replaceAll('.', '_') === name));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
