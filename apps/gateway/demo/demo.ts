/** `npm run demo`: runs the main job and prints each step with its time. Exit code 1 when it fails, 2 when the options are wrong. */
import { ToolError } from '@sandlot/core';
import { environment, loadOptions, optionsHelp, type OptionTable, type OptionValues } from '@sandlot/core/config';
import { startTelemetry } from '@sandlot/core/telemetry';
import { z } from 'zod';
import { startCrmSite } from './crm/site.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { runMainJob } from './main-job.ts';
import type { StepReport } from './steps.ts';

const options = {
  url: {
    description: 'A running gateway to use, for example http://127.0.0.1:8080; without it one is started for the demo',
    placeholder: 'URL',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    env: [],
  },
  key: {
    description: 'The key of that gateway',
    placeholder: 'KEY',
    schema: z.string().min(1).optional(),
    env: 'SANDLOT_API_KEY',
    secret: true,
  },
  crmHost: {
    description: 'Name by which the browser reaches this machine, for a gateway in a container; the CRM site then listens on all addresses',
    placeholder: 'HOST',
    schema: z.string().min(1).optional(),
    env: [],
  },
  client: {
    description: '"modern": the MCP client of 2026-07-28; "legacy": the client of SDK v1, with 2025-06-18',
    placeholder: 'ERA',
    schema: z.enum(['modern', 'legacy']).default('modern'),
    env: [],
  },
  seed: {
    description: "Number from which the CRM's contacts are made",
    placeholder: 'N',
    schema: z.coerce.number().int().min(0).default(1),
    env: [],
  },
} satisfies OptionTable;

const say = (text: string) => void process.stdout.write(`${text}\n`);

async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help'))
    return say(`The main job, end to end.\n\nUsage: npm run demo -- [options]\n\n${optionsHelp(options)}\n  --help`);
  const { values, positionals } = loadOptions(options, { argv });
  if (positionals.length > 0)
    throw new ToolError('INVALID_ARGUMENT', `Unexpected argument "${positionals[0]}".`, { advice: 'See --help.' });
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  const telemetry = await startTelemetry({ serviceName: 'sandlot-demo', serviceVersion: '0.1.0' });
  try {
    await run(values, stopping.signal);
  } finally {
    await telemetry?.stop();
  }
}

async function run({ url, key = '', crmHost, client, seed }: OptionValues<typeof options>, signal: AbortSignal): Promise<void> {
  const start = performance.now();
  await using own = url === undefined ? await startGatewayProcess() : undefined;
  await using crm = await startCrmSite({ seed, ...(crmHost !== undefined && { host: crmHost, bind: '0.0.0.0' }) });
  const gateway: Pick<GatewayProcess, 'url' | 'key'> = own ?? { url: url ?? '', key };
  say(`Gateway ${gateway.url}${own ? ` (started for this in ${seconds(performance.now() - start)})` : ''}, CRM ${crm.url}\n`);
  let number = 0;
  const report = ({ name, ms, detail }: StepReport) =>
    say(`${String(++number).padStart(3)}  ${name.padEnd(36)} ${seconds(ms).padStart(8)}  ${detail}`);
  const result = await runMainJob({ ...gateway, client, crm, report, signal });
  say(`\n${result.summary.trim()}\n`);
  if (result.traceId !== undefined) say(`Trace ${result.traceId} at ${environment()['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? 'the collector'}`);
  say(`The main job is done: ${number} steps in ${seconds(performance.now() - start)}.`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`\nThe demo failed. ${error instanceof Error ? error.message : String(error)}\n`);
  if (ToolError.is(error)) process.stderr.write(`${error.advice}\n`);
  process.exitCode = ToolError.is(error) ? 2 : 1;
}
