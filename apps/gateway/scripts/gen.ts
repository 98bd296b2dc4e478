/**
 * Writes everything that is generated: the tables in the READMEs, the OpenAPI document, the reference pages, the pinned tool names.
 * With `--check` it writes nothing and fails when something is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorTable, listedTools, toListedTool } from '@sandlot/core';
import { baseOptions } from '@sandlot/core/cli';
import { optionTable, table, toolTable } from '@sandlot/core/docs';
import { gatewayOptions, ownServers, staticView } from '@sandlot/gateway';
import { openApi } from '../src/routes/openapi.ts';
import { alertRules } from './monitoring/alerts.ts';
import { dashboard } from './monitoring/dashboard.ts';
import { telemetryReference } from './monitoring/reference.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const check = process.argv.includes('--check');
const stale: string[] = [];

async function write(path: string, text: string): Promise<void> {
  const old = await readFile(`${root}${path}`, 'utf8').catch(() => undefined);
  if (old === text) return;
  stale.push(path);
  if (!check) await writeFile(`${root}${path}`, text);
}

/** Replaces what stands between `<!-- name:start -->` and `<!-- name:end -->`. */
async function writeBetween(path: string, parts: Record<string, string>): Promise<void> {
  let text = await readFile(`${root}${path}`, 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${path} lacks the markers "${start}" and "${end}".`);
    text = `${text.slice(0, from)}${start}\n\n${part}\n\n${text.slice(to)}`;
  }
  await write(path, text);
}

for (const { server } of ownServers) {
  await writeBetween(`packages/${server.name}/README.md`, {
    tools: toolTable(server),
    options: optionTable({ ...server.options, ...baseOptions }, server.name),
  });
}
await writeBetween('apps/gateway/README.md', { options: optionTable(gatewayOptions) });
await writeBetween('README.md', {
  servers: table(
    ['Server', 'Install alone', 'Tools', 'What it is for'],
    ownServers.map(({ server }) => [
      `[${server.name}](packages/${server.name})`,
      `\`npx -y @sandlot/${server.name}\``,
      `${listedTools(server).length}${server.tools.length > listedTools(server).length ? ` (+${server.tools.length - listedTools(server).length} opt-in)` : ''}`,
      server.description,
    ]),
  ),
});
await write('docs/reference/openapi.json', `${JSON.stringify(openApi(staticView(ownServers)), null, 2)}\n`);
await write(
  'docs/reference/errors.md',
  `# Errors\n\nEvery error has one of these codes, the same on MCP (\`_meta["sandlot.dev/error"]\`) and on REST (\`error\`).\n\n${table(
    ['Code', 'HTTP status', 'Retryable', 'Default advice'],
    Object.entries(errorTable).map(([code, row]) => [`\`${code}\``, String(row.status), row.retryable ? 'yes' : 'no', row.advice]),
  )}\n`,
);
await write('docs/reference/telemetry.md', telemetryReference());
await write('docker/monitoring/alerts.yaml', alertRules());
await write('docker/monitoring/dashboard.json', `${JSON.stringify(dashboard(), null, 2)}\n`);
await write(
  'test/pins/tools.json',
  `${JSON.stringify(Object.fromEntries(ownServers.map(({ server }) => [server.name, listedTools(server, ['all']).map((tool) => `${tool.name}(${Object.keys(toListedTool(tool).inputSchema['properties'] ?? {}).join(', ')})`)])), null, 2)}\n`,
);

if (check && stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run "npm run gen" and commit the result.`);
  process.exitCode = 1;
} else console.log(stale.length > 0 ? `Written: ${stale.join(', ')}` : 'Everything generated is up to date.');
