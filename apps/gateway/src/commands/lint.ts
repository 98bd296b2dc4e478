/** `sandlot lint`: what lists of tools cost, and what known clients will not take of them. */
import { resolve } from 'node:path';
import { loadOptions, optionsHelp, type OptionTable, readConfigFile } from '@sandlot/core/config';
import { z } from 'zod';
import { flattenAuth } from '../config/auth.ts';
import { gatewayOptions, parseMcpServers, parseServerSettings } from '../config/options.ts';
import { parseProfiles } from '../config/profiles.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { type Survey, surveyServer, surveyView } from '../lint/survey.ts';
import { ownServers, selectServers } from '../servers.ts';
import { type CommandOutput, processOutput } from './output.ts';

const table = {
  json: { description: 'Print JSON', boolean: true, schema: z.boolean().default(false), env: [] },
  strict: {
    description: 'End with exit code 1 when there is something to warn of',
    boolean: true,
    schema: z.boolean().default(false),
    env: [],
  },
} satisfies OptionTable;

const help = `Usage: sandlot lint [options]

Connects to the configured servers, and prints what their tools cost in a model's context, and what known clients will not take.
Takes the options of sandlot, besides:

${optionsHelp(table)}
`;

/**
 * Runs the command.
 *
 * @param argv the words after `sandlot lint`
 * @returns the exit code
 * @throws ToolError INVALID_ARGUMENT for options or a configuration that cannot be meant
 */
export async function lintCommand(argv: readonly string[], output: CommandOutput = processOutput): Promise<number> {
  if (argv.includes('--help')) return (await output.out(help), 0);
  const path = argv.find((word, index) => word.startsWith('--config=') || argv[index - 1] === '--config')?.replace('--config=', '');
  const { servers, mcpServers, profiles, ...file } = (await readConfigFile(resolve(path ?? 'sandlot.json'))) ?? {};
  const { values } = loadOptions({ ...gatewayOptions, ...table }, { argv, file: flattenAuth(file) });
  const known = ownServers.map(({ server }) => server);
  const settings = {
    servers: parseServerSettings(servers, known),
    mcpServers: parseMcpServers(mcpServers),
    profiles: parseProfiles(profiles),
  };
  await using gateway = await createGateway({ ...values, audit: 'off' }, settings, selectServers(values.ownServers));
  const report = await reportOf(gateway);
  await output.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  return values.strict && [...Object.values(report.views), ...Object.values(report.servers)].some(({ findings }) => findings.length > 0)
    ? 1
    : 0;
}

interface Report {
  /** By path. */
  readonly views: Readonly<Record<string, Survey>>;
  readonly servers: Readonly<Record<string, Survey>>;
  /** Servers that did not answer, and why. */
  readonly missing: Readonly<Record<string, string>>;
}

async function reportOf({ views, registry }: Gateway): Promise<Report> {
  const paths = new Map([['/mcp', views.all], ...views.profiles().map((name) => [`/mcp/p/${name}`, views.at({ profile: name })] as const)]);
  const surveys = await Promise.all([...paths].map(async ([path, view]) => [path, await surveyView(view)] as const));
  const servers = registry.list().map((upstream) => ({ upstream, survey: surveyServer(upstream) }));
  return {
    views: Object.fromEntries(surveys),
    servers: Object.fromEntries(servers.flatMap(({ upstream, survey }) => (survey ? [[upstream.name, survey]] : []))),
    missing: Object.fromEntries([
      ...registry.broken.map(({ id, error }) => [id, error]),
      ...servers.flatMap(({ upstream, survey }) => (survey ? [] : [[upstream.name, upstream.health().error ?? 'did not answer']])),
    ]),
  };
}

function textOf({ views, servers, missing }: Report): string {
  const row = ([name, { tools, tokens }]: [string, Survey]) =>
    `${name.padEnd(24)} ${String(tools).padStart(4)} tools ${tokens.toLocaleString('en').padStart(8)} tokens`;
  const all = [...Object.values(servers), ...Object.values(views)].flatMap(({ findings }) => findings);
  const warnings = new Set(
    all.map(({ tool, rule, message, clients }) => `${tool ?? 'all tools'}: ${message} [${rule}: ${clients.join(', ')}]`),
  );
  return `${[
    ...Object.entries(views).map(row),
    '',
    ...Object.entries(servers).map(row),
    ...Object.entries(missing).map(([name, error]) => `${name.padEnd(24)} is not there: ${error}`),
    '',
    ...(warnings.size > 0 ? warnings : ['Nothing that known clients would not take.']),
  ].join('\n')}\n`;
}
