/** `sandlot approve`: shows what of added servers waits for approval, and approves it. */
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ToolError } from '@sandlot/core';
import { loadOptions, optionsHelp, type OptionTable, readConfigFile } from '@sandlot/core/config';
import { z } from 'zod';
import { defaultStateDir } from '../config/key.ts';
import { gatewayOptions } from '../config/options.ts';
import { approvePins, labelOf, type Pin, pinFolder, readPins } from '../upstreams/pin-file.ts';
import { idPattern } from '../upstreams/settings.ts';
import { type CommandOutput, processOutput } from './output.ts';

const table = {
  hash: {
    description: 'Approve only what has this hash: the whole of it, or at least its first 8 characters',
    placeholder: 'HASH',
    schema: z.string().min(8).optional(),
    env: [],
  },
  stateDir: gatewayOptions.stateDir,
  config: gatewayOptions.config,
} satisfies OptionTable;

const help = `Usage: sandlot approve                     shows what waits for approval
       sandlot approve SERVER [WHAT]       approves it: one tool, or all of the server

What is no tool is named with its kind: prompt:NAME, template:URI, instructions.

A gateway that runs takes it at once.

${optionsHelp(table)}
`;

/**
 * Runs the command.
 *
 * @param argv the words after `sandlot approve`
 * @throws ToolError INVALID_ARGUMENT for words it does not know, NOT_FOUND when nothing waits, ABORTED when the hash is of something else
 */
export async function approveCommand(argv: readonly string[], output: CommandOutput = processOutput): Promise<void> {
  if (argv.includes('--help')) return output.out(help);
  const first = loadOptions(table, { argv });
  const path = resolve(first.values.config);
  const stateDir = z
    .string()
    .optional()
    .catch(undefined)
    .parse((await readConfigFile(path))?.['stateDir']);
  const folder = pinFolder(resolve(first.values.stateDir ?? stateDir ?? defaultStateDir()));
  const [server, tool, ...more] = first.positionals;
  if (more.length > 0)
    throw new ToolError('INVALID_ARGUMENT', `Unexpected argument "${more[0]}".`, { advice: 'See sandlot approve --help.' });
  if (server === undefined) return output.out(await waitingText(folder));
  if (!idPattern.test(server)) throw new ToolError('INVALID_ARGUMENT', `"${server}" is no id of a server.`);
  const approved = await approvePins(folder, server, { tool, hash: first.values.hash });
  await output.out(`Approved of ${server}: ${approved.join(', ')}\n`);
}

async function waitingText(folder: string): Promise<string> {
  const files = await readdir(folder).catch((): string[] => []);
  const ids = files.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const texts = await Promise.all(
    ids.toSorted().map(async (id) => ((await readPins(folder, id))?.pins ?? []).map((pin) => pinText(id, pin))),
  );
  return texts.flat().join('') || 'Nothing waits for approval.\n';
}

function pinText(server: string, pin: Pin): string {
  const { approved, waiting } = pin;
  if (!waiting) return '';
  const keys = [...new Set([...Object.keys(approved?.definition ?? {}), ...Object.keys(waiting.definition)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(approved?.definition[key], waiting.definition[key]));
  const lines = changed.flatMap((key) => [
    ...(approved && Object.hasOwn(approved.definition, key) ? [`  - ${key}: ${visible(approved.definition[key])}`] : []),
    ...(Object.hasOwn(waiting.definition, key) ? [`  + ${key}: ${visible(waiting.definition[key])}`] : []),
  ]);
  return [`${server} ${labelOf(pin)}: ${approved ? 'changed' : 'new'}, hash ${waiting.hash}`, ...lines, ''].join('\n');
}

/** JSON in which nothing hides: what is approved is what is seen. */
function visible(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
