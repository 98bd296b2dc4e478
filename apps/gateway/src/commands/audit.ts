/** The command `sandlot audit`. */
import { join, resolve } from 'node:path';
import { ToolError } from '@sandlot/core';
import { loadOptions, type OptionTable, optionsHelp, type OptionValues, readConfigFile } from '@sandlot/core/config';
import { flattenAudit } from '../config/audit.ts';
import { defaultStateDir } from '../config/key.ts';
import { gatewayOptions } from '../config/options.ts';
import { findLogs } from '../audit/folder.ts';
import { exportOptions, writeCalls } from './audit-export.ts';
import { auditExitCodes, verifyLogs, verifyOptions } from './audit-verify.ts';
import { type CommandOutput, processOutput } from './output.ts';

const places = {
  auditDir: gatewayOptions.auditDir,
  stateDir: gatewayOptions.stateDir,
  config: gatewayOptions.config,
} satisfies OptionTable;

type Places = OptionValues<typeof places>;

const help = `Usage: sandlot audit verify [options] [file or folder ...]
       sandlot audit export [options] [file or folder ...]

Without a file or folder: the audit trail of the gateway, found as the gateway finds it.

verify: checks the chain, the signatures and the anchors.
${optionsHelp({ ...verifyOptions, ...places })}

Exit codes: 0 all is well; 1 the chain is broken; 2 wrong usage, or nothing to read; 3 a signature is wrong or missing, or a key unknown;
4 the log is not what the anchor knows; 5 calls without an end; 6 a cut-off last line.

export: prints calls, one JSON object a line.
${optionsHelp({ ...exportOptions, ...places })}
`;

/**
 * Runs `sandlot audit verify` or `sandlot audit export`.
 *
 * @returns the exit code, one of {@link auditExitCodes}
 */
export async function auditCommand(argv: readonly string[], output: CommandOutput = processOutput): Promise<number> {
  const [verb, ...rest] = argv;
  if (argv.includes('--help')) {
    await output.out(help);
    return auditExitCodes.ok;
  }
  try {
    if (verb === 'verify') {
      const { values, positionals } = loadOptions({ ...verifyOptions, ...places }, { argv: rest });
      return await verifyLogs(await logsOf(positionals, values), values, output);
    }
    if (verb === 'export') {
      const { values, positionals } = loadOptions({ ...exportOptions, ...places }, { argv: rest });
      return await writeCalls(await logsOf(positionals, values), values, output);
    }
    throw new ToolError('INVALID_ARGUMENT', verb === undefined ? 'What shall be done?' : `There is no "sandlot audit ${verb}".`, {
      advice: 'See sandlot audit --help.',
    });
  } catch (error) {
    if (!ToolError.is(error)) throw error;
    output.err(`sandlot audit: ${error.message}\n${error.advice}\n`);
    return auditExitCodes.usage;
  }
}

/** The logs to read. Files are one log; every folder is looked through. */
async function logsOf(paths: readonly string[], places: Places): Promise<{ folder: string; files: string[] }[]> {
  const wanted = paths.length > 0 ? paths : [await gatewayFolder(places)];
  const found = await Promise.all(
    wanted.map(async (path) => {
      const logs = await findLogs(path);
      if (!logs) throw new ToolError('NOT_FOUND', `No audit log at "${path}".`, { advice: 'Name its folder or its files.' });
      return logs;
    }),
  );
  const files = found.flat().filter(({ folder }) => folder === '');
  const folders = found.flat().filter(({ folder }) => folder !== '');
  return files.length > 0 ? [...folders, { folder: '', files: files.flatMap((log) => log.files) }] : folders;
}

/** Where the gateway writes, by flags, environment and configuration file. */
async function gatewayFolder({ config, ...given }: Places): Promise<string> {
  const { auditDir, stateDir } = flattenAudit((await readConfigFile(resolve(config))) ?? {});
  const { values } = loadOptions({ auditDir: places.auditDir, stateDir: places.stateDir }, { file: { auditDir, stateDir } });
  return resolve(given.auditDir ?? values.auditDir ?? join(given.stateDir ?? values.stateDir ?? defaultStateDir(), 'audit'));
}
