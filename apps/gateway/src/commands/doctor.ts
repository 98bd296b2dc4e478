/** `sandlot doctor`: what is on, what is confined, what is missing, and how to fix it; here, or at a running gateway. */
import { resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { loadOptions, optionsHelp, type OptionTable, readConfigFile } from '@sandlot/core/config';
import { z } from 'zod';
import { flattenAudit } from '../config/audit.ts';
import { flattenAuth } from '../config/auth.ts';
import { gatewayOptions } from '../config/options.ts';
import type { Check } from '../doctor/check.ts';
import { look, type Report } from '../doctor/look.ts';
import { type CommandOutput, processOutput } from './output.ts';

const table = {
  json: { description: 'Print JSON', boolean: true, schema: z.boolean().default(false), env: [] },
  strict: {
    description: 'End with exit code 1 also when something is less than it could be',
    boolean: true,
    schema: z.boolean().default(false),
    env: [],
  },
  url: {
    description: 'Ask the gateway at this URL instead of looking at this machine; the key is SANDLOT_API_KEY',
    placeholder: 'URL',
    schema: z.url().optional(),
    env: [],
  },
} satisfies OptionTable;

const help = `Usage: sandlot doctor [options]

Says what is on, what is confined, what is missing, and how to fix it. Exit code 1 when something does not work.
Takes the options of sandlot, besides:

${optionsHelp(table)}
`;

const checkSchema = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  fix: z.string().optional(),
});
const answerSchema = z.object({ data: z.object({ doctor: z.object({ confinement: z.array(checkSchema), parts: z.array(checkSchema) }) }) });

/**
 * Runs the command.
 *
 * @param argv the words after `sandlot doctor`
 * @returns the exit code
 * @throws ToolError INVALID_ARGUMENT for options that cannot be meant, UNAVAILABLE when the gateway does not answer
 */
export async function doctorCommand(argv: readonly string[], output: CommandOutput = processOutput): Promise<number> {
  if (argv.includes('--help')) return (await output.out(help), 0);
  const path = argv.find((word, index) => word.startsWith('--config=') || argv[index - 1] === '--config')?.replace('--config=', '');
  const {
    servers: _servers,
    mcpServers: _mcpServers,
    profiles: _profiles,
    ...file
  } = (await readConfigFile(resolve(path ?? 'sandlot.json'))) ?? {};
  const { values } = loadOptions({ ...gatewayOptions, ...table }, { argv, file: flattenAudit(flattenAuth(file)) });
  const report =
    values.url === undefined
      ? await look({ workspace: resolve(values.workspace), agentUser: values.agentUser })
      : await askGateway(values.url, values.apiKey);
  await output.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  const all = [...report.confinement, ...report.parts];
  return all.some(({ status }) => status === 'fail' || (values.strict && status === 'warn')) ? 1 : 0;
}

async function askGateway(url: string, key: string | undefined): Promise<z.output<typeof answerSchema>['data']['doctor']> {
  const address = new URL('v1/sandbox', url.endsWith('/') ? url : `${url}/`);
  const response = await fetch(address, { headers: key === undefined ? {} : { 'X-Sandlot-Key': key } }).catch((cause: unknown) => {
    throw new ToolError('UNAVAILABLE', `No gateway answers at ${url}.`, { cause, advice: 'Start it, or correct --url.' });
  });
  const parsed = answerSchema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data.data.doctor;
  throw new ToolError('FAILED_PRECONDITION', `The gateway at ${url} does not say how it is (HTTP ${response.status}).`, {
    advice: 'Set SANDLOT_API_KEY to a key with the scope gateway:admin.',
  });
}

function textOf({ confinement, parts }: Report | z.output<typeof answerSchema>['data']['doctor']): string {
  const lines = (checks: readonly (Check | z.output<typeof checkSchema>)[]) =>
    checks.flatMap(({ title, status, detail, fix }) => [
      `  ${{ ok: 'ok  ', warn: 'WARN', fail: 'FAIL' }[status]}  ${title}: ${detail}`,
      ...(fix === undefined ? [] : [`        ${fix}`]),
    ]);
  return `${['Confinement', ...lines(confinement), '', 'Parts', ...lines(parts)].join('\n')}\n`;
}
